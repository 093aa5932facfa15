"""Resource limits: the part of the confinement that every Unix has."""

from __future__ import annotations

import sys
from contextlib import suppress

from autograder.isolation.confine.limits import Limits

if sys.platform != "win32":
    import resource

#: Stack of the main thread, in bytes: what Linux gives by default, and no more.
STACK = 8 << 20

#: The processes of the worker's own user: two supervisors and itself.
_PROCESSES = 3


def apply_rlimits(limits: Limits, *, own_processes: bool, devices: bool = False) -> bool:
    """Lower the limits of this process permanently.

    Memory is bounded as RLIMIT_DATA, private writable memory. RLIMIT_AS also counts what OpenBLAS
    and torch only reserve, and is far above; the driver of a GPU reserves more than any bound.

    Args:
        limits: what the worker may use.
        own_processes: its user has no other processes, so that they can be counted.
        devices: it drives a GPU.

    Returns:
        False where the system has no resource limits (Windows).
    """
    if sys.platform == "win32":
        return False
    wanted = {
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": limits.cpu_seconds,
        "RLIMIT_DATA": limits.memory,
        "RLIMIT_FSIZE": limits.file_size,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_STACK": STACK,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
    }
    if not devices:
        wanted["RLIMIT_AS"] = limits.addresses
    if own_processes:
        wanted["RLIMIT_NPROC"] = limits.threads + _PROCESSES
    for name, value in wanted.items():
        # Not every system has every name, and a limit that is lower already stays.
        with suppress(AttributeError, ValueError, OSError):
            _lower(getattr(resource, name), value)
    return True


def _lower(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, value))
