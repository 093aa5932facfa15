import fcntl
import os
import struct
from pathlib import Path

import numpy

#: A file that the workers of all students read.
SHARED = Path(numpy.__file__)

#: struct flock: a reader's lock of the whole file, and its owner.
READ_LOCK = struct.pack("hhqqi4x", fcntl.F_RDLCK, 0, 0, 0, 0)

#: What the kernel would do with an open file, by the name of the command.
CLAIMS = {
    "F_SETLEASE": lambda file: fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK),
    "F_NOTIFY": lambda file: fcntl.fcntl(file, fcntl.F_NOTIFY, 0x80000001),
    "F_SETLK": lambda file: fcntl.fcntl(file, fcntl.F_SETLK, READ_LOCK),
    "F_GETLK": lambda file: fcntl.fcntl(file, fcntl.F_GETLK, READ_LOCK),
    "F_OFD_SETLK": lambda file: fcntl.fcntl(file, 37, READ_LOCK),
    "flock": lambda file: fcntl.flock(file, fcntl.LOCK_SH),
}


def granted(file, claim):
    """Return whether the kernel grants the claim."""
    try:
        claim(file)
    except OSError:
        return False
    return True


def attacked(x):
    """Return x where the kernel refuses all of them."""
    if os.uname().sysname != "Linux":
        return x
    with SHARED.open() as file:
        claims = [name for name, claim in CLAIMS.items() if granted(file, claim)]
    if claims:
        raise RuntimeError(f"granted: {', '.join(claims)}")
    return x
