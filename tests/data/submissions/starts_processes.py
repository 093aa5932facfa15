import os
import time


def wait():
    time.sleep(60)


def start(action=wait):
    pid = os.fork()
    if not pid:
        try:
            action()
        finally:
            os._exit(0)
    return pid


def eat():
    block = bytearray(100 << 20)
    wait()


def eat_together():
    for _ in range(3):
        start(eat)
    wait()


def bomb():
    for _ in range(7):  # doubles itself: 128 processes
        os.fork()
    wait()


def hop():
    for _ in range(5000):  # never the same process for long
        if os.fork():
            os._exit(0)


def hide():
    start(hop)


def leave():
    os.setsid()
    wait()


def regroup():
    os.setpgid(0, 0)
    wait()


def family():
    def middle():
        start(leave)
        start(wait)
        wait()

    def orphaning():
        start(regroup)

    start(middle)
    start(orphaning)
    time.sleep(0.5)
