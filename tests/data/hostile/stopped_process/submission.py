import os
import signal


def attacked(x):
    os.kill(os.getpid(), signal.SIGSTOP)
