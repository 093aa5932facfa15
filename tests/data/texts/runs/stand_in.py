
import json, os, signal, sys, time
for line in sys.stdin:
    job = json.loads(line)[1]
    place = job["place"]
    if place.startswith("killer") or (place.startswith("shaky") and not job["alone"]):
        os.kill(os.getpid(), signal.SIGKILL)
    if place.startswith("slow"):
        time.sleep(60)
    time.sleep(0.01)
    result = dict(verdict="passed", earned=1.0, possible=1.0, for_a_person=0.0, checks="c",
                  report="{}", repeated=False, sandbox="s", seconds=0.0)
    if place.startswith("liar"):
        result["earned"] = "99"
    print(json.dumps({"result": result, "fault": "", "is_open": False}), flush=True)
