
import os, time
if not os.fork():
    os.setsid()
    end = time.time() + 60
    while time.time() < end:
        if os.fork():
            os._exit(0)
    os._exit(0)
os.wait()
