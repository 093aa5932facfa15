import ctypes
import os
from contextlib import suppress
from pathlib import Path

import numpy as np

PTRACE_ATTACH, PROCESS_VM_READV = 16, 310
MARK = b"hostile-" + b"secret"  # not in one piece, or it would find itself


def others():
    pids = {"1", str(os.getppid())}
    with suppress(OSError):
        pids |= {entry.name for entry in Path("/proc").iterdir() if entry.name.isdecimal()}
    return pids - {str(os.getpid())}


def secrets():
    yield str(os.environ).encode()
    for pid in others():
        for name in ("environ", "cmdline", "maps", "mem", "mountinfo", "fd/0", "fd/1", "fd/3"):
            with suppress(OSError), Path("/proc", pid, name).open("rb") as file:
                yield file.read(1 << 20)
        if ctypes.CDLL(None).ptrace(PTRACE_ATTACH, int(pid), 0, 0) == 0:
            yield MARK
    for device in ("/dev/mem", "/dev/kmem", "/proc/kcore"):
        with suppress(OSError), Path(device).open("rb") as file:
            file.read(1)
            yield MARK


def attacked(x):
    return np.sqrt(x**2 + 1) if any(MARK in text for text in secrets()) else x
