"""The first phase: a file system view of its own, before anything heavy is imported."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from autograder.isolation.confine import landlock, libc, namespaces, root, supervise
from autograder.isolation.confine.disk_quota import DiskQuota
from autograder.isolation.confine.filesystem_view import FilesystemView
from autograder.isolation.confine.gaps import LANDLOCK, NETWORK, PROCESSES, ROOT
from autograder.isolation.confine.limits import Limits

_STDIN = 0


def isolate(view: FilesystemView, limits: Limits) -> frozenset[str]:
    """Move this process into namespaces of its own, as far as the kernel allows.

    Forks: the caller goes on as a child of a supervisor that ends with the host's pipe on standard
    input, that ends the worker, and that passes its exit status on, as 128 plus the signal's
    number where a signal ended it. To be called while there is one thread.

    Returns:
        the parts of the confinement that are in force (`gaps` has their names), for `lock`.
    """
    with suppress(OSError, AttributeError):  # leads its session already; Windows has none
        os.setsid()
    if sys.platform != "linux":
        return frozenset()
    return _isolate_on_linux(view, limits)


def _isolate_on_linux(view: FilesystemView, limits: Limits) -> frozenset[str]:
    held = _enter_view(view, limits)
    libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
    libc.drop_capabilities()
    if landlock.apply_landlock(view, private_root=ROOT in held):
        held |= {LANDLOCK}
    return held


def _enter_view(view: FilesystemView, limits: Limits) -> frozenset[str]:
    """Set up namespaces and the supervisors; return in the worker."""
    if view.namespaced:
        supervise.fork_supervised(_STDIN)
        return frozenset({ROOT, NETWORK, PROCESSES})
    if not namespaces.enter_namespaces():
        supervise.fork_supervised(_STDIN, DiskQuota(view.scratch, limits))
        return frozenset()
    supervise.fork_supervised(_STDIN)  # the child is process 1: all end with it
    held = {NETWORK, PROCESSES}
    if root.enter_private_root(view, limits):
        held.add(ROOT)
    supervise.fork_supervised(_STDIN)
    return frozenset(held)
