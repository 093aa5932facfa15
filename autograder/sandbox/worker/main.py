"""Entry of the worker process: ``python -I -S -B main.py SETTINGS``.

The process isolates itself while it has one thread and nothing loaded. What `serving` imports
comes after it: NumPy is among it.
"""

from __future__ import annotations

import json
import sys


def main() -> None:
    """Run the worker until the grader closes the channel."""
    settings = json.loads(sys.argv[1])
    sys.path[:] = [settings["modules"], *sys.path[1:]]
    sys.argv = ["worker"]
    from autograder.sandbox.confine import FilesystemView, Limits
    from autograder.sandbox.confine.phases import isolate
    from autograder.sandbox.worker.imports import PackageFinder

    sys.meta_path.append(PackageFinder(settings["packages"], settings["metadata"]))
    view, limits = FilesystemView(**settings["view"]), Limits(**settings["limits"])
    held = isolate(view, limits)
    from autograder.sandbox.worker.serving import serve

    serve(settings, view, limits, held)


if __name__ == "__main__":
    main()
