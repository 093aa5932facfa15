"""The two phases of a confinement, and what a system could not contain.

`isolate` gives the worker a file system view of its own, before anything heavy is imported. `lock`
shuts the door after the heavy imports and before submitted code.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Set
from contextlib import suppress

from autograder.sandbox.confine import FilesystemView, Limits, landlock, libc, namespaces
from autograder.sandbox.confine.seccomp import add_listener, apply_seccomp
from autograder.sandbox.confine.supervise import DiskQuota, fork_supervised

if sys.platform != "win32":
    import resource

_STDIN = 0

#: What can be held: the parts of a confinement.
ROOT = "private root"
PROCESSES = "private processes"
NETWORK = "private network"
LANDLOCK = "landlock"
QUOTA = "disk quota"
SECCOMP = "seccomp"
RLIMITS = "rlimits"

#: What submitted code can do -> the parts, of which each contains it.
_CONTAINED_BY = {
    "read and change every file that you can": {ROOT, LANDLOCK},
    "fill the disk with files": {ROOT, QUOTA},
    "use the network": {NETWORK, SECCOMP},
    "start processes": {SECCOMP},
    "signal your processes and outlive its run": {PROCESSES, SECCOMP},
    "take all memory until it is noticed": {RLIMITS},
}

#: Stack of the main thread, in bytes: what Linux gives by default, and no more.
STACK = 8 << 20

#: The processes of the worker's own user: two supervisors and itself.
_PROCESSES = 3


def isolate(view: FilesystemView, limits: Limits) -> frozenset[str]:
    """Move this process into namespaces of its own, as far as the kernel allows.

    Forks: the caller goes on as a child of a supervisor that ends with the host's pipe on standard
    input, that ends the worker, and that passes its exit status on, as 128 plus the signal's
    number where a signal ended it. To be called while there is one thread. Returns the parts of
    the confinement that are in force, as named above.
    """
    with suppress(OSError, AttributeError):  # leads its session already; Windows has none
        os.setsid()
    if sys.platform != "linux":
        return frozenset()
    libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
    held = _enter_view(view, limits)
    libc.drop_capabilities()
    if landlock.apply_landlock(view, private_root=ROOT in held):
        held |= {LANDLOCK}
    return held


def _enter_view(view: FilesystemView, limits: Limits) -> frozenset[str]:
    """Set up namespaces and the supervisors; return in the worker."""
    if view.namespaced:
        fork_supervised(_STDIN)
        return frozenset({ROOT, NETWORK, PROCESSES})
    if not namespaces.enter_namespaces():
        listener = add_listener()
        if listener is None:
            fork_supervised(_STDIN)
            return frozenset()
        fork_supervised(_STDIN, DiskQuota(listener, view.scratch, limits))
        return frozenset({QUOTA})
    fork_supervised(_STDIN)  # the child is process 1: all end with it
    held = {NETWORK, PROCESSES}
    if namespaces.enter_private_root(view, limits):
        held.add(ROOT)
    fork_supervised(_STDIN)
    return frozenset(held)


def lock(
    view: FilesystemView, limits: Limits, held: Set[str], *, shared_wakes: bool = False
) -> list[str]:
    """Limit what this process may use, and filter its system calls: there is no way back.

    Args:
        held: what `isolate` returned.
        shared_wakes: as `framework.arrays.Arrays.shared_wakes` of the arrays in use.

    Returns:
        what could not be contained on this system, as plain sentences: empty where all is.
    """
    held, devices = set(held), bool(view.devices)
    if sys.platform != "win32":
        apply_rlimits(limits, own_processes=PROCESSES in held, devices=devices)
    if sys.platform == "linux":
        held.add(RLIMITS)  # elsewhere the limit on memory is accepted and not kept
        if apply_seccomp(devices=devices, shared_wakes=shared_wakes):
            held.add(SECCOMP)
    return gaps(held)


def apply_rlimits(limits: Limits, *, own_processes: bool, devices: bool) -> None:
    """Lower the limits of this process permanently.

    Memory is bounded as RLIMIT_DATA, private writable memory. RLIMIT_AS also counts what OpenBLAS
    and torch only reserve, and is far above; the driver of a GPU reserves more than any bound.

    Args:
        own_processes: its user has no other processes, so that they can be counted.
        devices: it drives a GPU.
    """
    wanted = {
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": limits.cpu_seconds,
        "RLIMIT_DATA": limits.memory,
        "RLIMIT_FSIZE": limits.file_size,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_STACK": STACK,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_SIGPENDING": limits.threads,  # the kernel counts those of all workers of a user
    }
    if not devices:
        wanted["RLIMIT_AS"] = limits.addresses
    if own_processes:
        wanted["RLIMIT_NPROC"] = limits.threads + _PROCESSES
    for name, value in wanted.items():
        # Not every system has every name, and a limit that is lower already stays.
        with suppress(AttributeError, ValueError, OSError):
            kind = getattr(resource, name)
            _, hard = resource.getrlimit(kind)
            lower = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (lower, lower))


def gaps(held: Set[str]) -> list[str]:
    """Return a sentence for each thing that is not contained when only `held` is in force."""
    return [f"submitted code can {what}" for what, by in _CONTAINED_BY.items() if not held & by]
