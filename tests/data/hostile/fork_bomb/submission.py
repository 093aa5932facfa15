import ctypes
import os
import time

CLONE, VFORK = 56, 58


def attacked(x):
    libc = ctypes.CDLL(None)
    for fork in (os.fork, libc.fork, lambda: libc.syscall(CLONE, 17, 0, 0, 0, 0)):
        for _ in range(500):
            try:
                pid = fork()
            except OSError:
                break
            if pid == 0:
                time.sleep(3600)
            if pid < 0:
                break
    return x
