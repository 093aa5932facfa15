"""The few system calls that Python does not offer, each raising `OSError` where it fails."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38

#: Same number on every architecture, as for all system calls since Linux 5.1.
PIDFD_OPEN = 434


def _load() -> Any:
    """Return the C library of this process; Windows has none, and calls nothing of this."""
    if sys.platform == "win32":
        return None
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    return library


_libc = _load()


def checked(result: int, what: str) -> int:
    """Return `result`, or raise `OSError` with the reason where it is −1."""
    if result == -1:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")
    return result


def syscall(number: int, *arguments: int) -> int:
    """Make system call `number`; pointers are passed as addresses."""
    words = [ctypes.c_long(argument) for argument in arguments]
    return checked(_libc.syscall(ctypes.c_long(number), *words), f"system call {number}")


def prctl(option: int, value: int) -> None:
    """Change one setting of the calling process."""
    zero = ctypes.c_ulong(0)
    checked(_libc.prctl(option, ctypes.c_ulong(value), zero, zero, zero), f"prctl {option}")


def ioctl(descriptor: int, request: int, address: int) -> None:
    """Make the call `request` of a descriptor, with a structure at `address`."""
    words = ctypes.c_int(descriptor), ctypes.c_ulong(request), ctypes.c_void_p(address)
    checked(_libc.ioctl(*words), f"ioctl {request:#x}")


def unshare(flags: int) -> None:
    """Leave the namespaces that `flags` names for new ones."""
    checked(_libc.unshare(flags), "unshare")


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Mount `source` on `target`."""
    words = [text.encode() for text in (source, target, kind, options)]
    result = _libc.mount(words[0], words[1], words[2], ctypes.c_ulong(flags), words[3])
    checked(result, f"mount {target}")


def unmount(target: str) -> None:
    """Detach the mount on `target` at once, even while it is in use."""
    detach = 2
    checked(_libc.umount2(target.encode(), detach), f"umount {target}")


def drop_capabilities() -> None:
    """Give up every capability of the calling thread, also those that root has."""
    version_3 = 0x20080522
    header = (ctypes.c_uint32 * 2)(version_3, 0)
    none = (ctypes.c_uint32 * 6)()
    checked(_libc.capset(header, none), "capset")
