
import json, sys
settings = json.loads(sys.argv[1])
sys.path.insert(0, settings["modules"])
from autograder.sandbox.worker.imports import PackageFinder
sys.meta_path.append(PackageFinder(settings["packages"], []))
exec(settings["before"])
from autograder.sandbox.confine import FilesystemView, Limits
from autograder.sandbox.confine.phases import isolate, lock
view, limits = FilesystemView(**settings["view"]), Limits(**settings["limits"])
held = isolate(view, limits)
exec(settings["imports"])
gaps = lock(view, limits, held)
print("started", flush=True)
exec(settings["code"])
