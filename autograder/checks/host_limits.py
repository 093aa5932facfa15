"""Limits on what one check may take of the grader's own process: memory and processor time.

A check compares and computes with what a submission returned. Shapes are compared first, but no
check can foresee every value: an array of a few megabytes broadcasts to gigabytes.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from autograder.checks.budget import limited

if sys.platform != "win32":
    import resource

#: The sixth number in it counts the pages of data and stack.
_PAGES = "/proc/self/statm"


@dataclass(frozen=True)
class HostLimits:
    """What one check may take of the grader's process.

    Attributes:
        memory: bytes of private memory beyond what the process has before; 0 for no limit.
        seconds: processor time.
    """

    memory: int = 1 << 30
    seconds: float = 120.0


LIMITED = HostLimits()
UNLIMITED = HostLimits(memory=0, seconds=math.inf)


@contextmanager
def host_limited(limits: HostLimits) -> Iterator[None]:
    """Raise `MemoryError` or `BudgetExceeded` in the block where it takes more than `limits`."""
    with limited(limits.seconds), memory_limited(limits.memory):
        yield


@contextmanager
def memory_limited(allowed: int) -> Iterator[None]:
    """Lower the soft limit of this process's private memory; no limit where that is unknown."""
    used = _private_memory() if allowed else None
    if sys.platform == "win32" or used is None:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = used + allowed
    if soft != resource.RLIM_INFINITY and soft <= wanted:
        yield
        return
    resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _private_memory() -> int | None:
    """Return the bytes of data and stack; None where the system does not tell.

    RLIMIT_DATA limits the data. `status` has it alone, and takes longer to read.
    """
    try:
        with open(_PAGES, encoding="ascii") as file:  # noqa: PTH123 - faster, for every check
            return int(file.read().split()[5]) * resource.getpagesize() or None
    except OSError:
        return None
