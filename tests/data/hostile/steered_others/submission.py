import ctypes
import fcntl
import os
import resource
from contextlib import suppress

SET_SIGNAL, IO_PRIORITY, OF_PROCESS, IDLE_CLASS = 10, 251, 1, 3 << 13


def disk(victim):
    if ctypes.CDLL(None).syscall(IO_PRIORITY, OF_PROCESS, victim, IDLE_CLASS) < 0:
        raise PermissionError


ATTACKS = {
    "limits": lambda victim: resource.prlimit(victim, resource.RLIMIT_CPU, (600, 600)),
    "priority": lambda victim: os.setpriority(os.PRIO_PROCESS, victim, 19),
    "processors": lambda victim: os.sched_setaffinity(victim, os.sched_getaffinity(0)),
    "class": lambda victim: os.sched_setscheduler(victim, os.SCHED_IDLE, os.sched_param(0)),
    "disk": disk,
    "owner of signals": lambda victim: fcntl.fcntl(0, fcntl.F_SETOWN, victim),
    "signal": lambda victim: fcntl.fcntl(0, SET_SIGNAL, 9),
}


def attacked(x):
    """Return x where all attacks are refused."""
    for name, attack in ATTACKS.items():
        with suppress(OSError):
            attack(os.getppid())
            raise RuntimeError(f"steered others by {name}")
    return x
