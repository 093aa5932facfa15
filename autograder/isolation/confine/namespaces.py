"""New namespaces: own users, processes, mounts, network, messages and host name."""

from __future__ import annotations

import os
from contextlib import suppress

from autograder.isolation.confine import libc

NEW_MOUNTS = 0x00020000
NEW_HOSTNAME = 0x04000000
NEW_MESSAGES = 0x08000000
NEW_USERS = 0x10000000
NEW_PROCESSES = 0x20000000
NEW_NETWORK = 0x40000000

_PRIVATE = NEW_MOUNTS | NEW_HOSTNAME | NEW_MESSAGES | NEW_PROCESSES | NEW_NETWORK

#: The user of the worker inside: an ordinary user for every user outside.
INNER_ID = 1000


def enter_namespaces() -> bool:
    """Move into new namespaces; the next fork is the first process of the new process tree.

    Returns:
        False where the system refuses them: nothing has changed then.
    """
    user, group = os.geteuid(), os.getegid()
    try:
        libc.unshare(_PRIVATE | NEW_USERS)
    except OSError:
        return _enter_as_root()
    with suppress(
        OSError
    ):  # unmapped, the worker has the overflow user id inside, which is sufficient
        _map_ids(user, group)
    return True


def _enter_as_root() -> bool:
    """Enter the other namespaces as root, where user namespaces are switched off."""
    try:
        libc.unshare(_PRIVATE)
    except OSError:
        return False
    return True


def _map_ids(user: int, group: int) -> None:
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{INNER_ID} {user} 1")
    _write("/proc/self/gid_map", f"{INNER_ID} {group} 1")


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
