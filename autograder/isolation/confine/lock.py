"""The second phase: the door is shut, after the heavy imports and before submitted code."""

from __future__ import annotations

import sys
from collections.abc import Set

from autograder.isolation.confine.disk_quota import apply_disk_quota
from autograder.isolation.confine.filesystem_view import FilesystemView
from autograder.isolation.confine.gaps import PROCESSES, QUOTA, RLIMITS, SECCOMP, gaps
from autograder.isolation.confine.limits import Limits
from autograder.isolation.confine.rlimits import apply_rlimits
from autograder.isolation.confine.seccomp import apply_seccomp


def lock(view: FilesystemView, limits: Limits, held: Set[str]) -> list[str]:
    """Limit what this process may use, and filter its system calls: there is no way back.

    Args:
        view: as given to `isolate`.
        limits: what the worker may use.
        held: what `isolate` returned.

    Returns:
        what could not be contained on this system, as plain sentences: empty where all is.
    """
    held = set(held)
    devices = bool(view.devices)
    limited = apply_rlimits(limits, own_processes=PROCESSES in held, devices=devices)
    if sys.platform != "linux":
        return gaps(held)
    if limited:
        held.add(RLIMITS)  # elsewhere the limit on memory is accepted and not kept
    if apply_disk_quota():
        held.add(QUOTA)
    if apply_seccomp(devices=devices):
        held.add(SECCOMP)
    return gaps(held)
