import atexit
import sys
import threading


def loop():
    while True:
        pass


atexit.register(loop)
threading._register_atexit(loop)


def attacked(x):
    threading.Thread(target=loop).start()
    sys.exit(0)
