"""New namespaces, and in them an empty file system with the view mounted into it.

The namespaces are of users, processes, mounts, network, messages and host name.
"""

# Paths are text: an entry of the new root is the root's path followed by an absolute one.
# ruff: noqa: PTH102, PTH103, PTH114, PTH115, PTH116, PTH120, PTH211

from __future__ import annotations

import ctypes
import os
import stat
from contextlib import suppress

from autograder.sandbox.confine import FilesystemView, Limits, libc

NEW_MOUNTS = 0x00020000
NEW_HOSTNAME = 0x04000000
NEW_MESSAGES = 0x08000000
NEW_USERS = 0x10000000
NEW_PROCESSES = 0x20000000
NEW_NETWORK = 0x40000000

_PRIVATE = NEW_MOUNTS | NEW_HOSTNAME | NEW_MESSAGES | NEW_PROCESSES | NEW_NETWORK

#: The user of the worker inside: an ordinary user for every user outside.
INNER_ID = 1000

NO_SETUID, NO_DEVICES, NO_EXECUTION = 2, 4, 8
BIND, RECURSIVE, PRIVATE = 0x1000, 0x4000, 1 << 18

#: What nearly every program opens. /dev/zero is not among it: mapped as shared memory it would
#: be memory that no limit counts.
DEVICES = ("/dev/null", "/dev/urandom", "/dev/random")

#: Ids that the kernel does not hand out again, and the processes in addition to the worker's
#: threads.
_RESERVED_IDS, _PROCESSES = 300, 3

_MOUNT_SETATTR, _HERE = 442, -100
_AT_RECURSIVE, _READ_ONLY, _NO_SETUID = 0x8000, 1, 2
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}


def enter_namespaces() -> bool:
    """Move into new namespaces; the next fork is the first process of the new process tree.

    Returns:
        False where the system refuses them: nothing has changed then.
    """
    user, group = os.geteuid(), os.getegid()
    try:
        libc.unshare(_PRIVATE | NEW_USERS)
    except OSError:
        try:  # root can enter the others where user namespaces are switched off
            libc.unshare(_PRIVATE)
        except OSError:
            return False
        return True
    with suppress(OSError):  # unmapped, the worker has the overflow user id, which is sufficient
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{INNER_ID} {user} 1")
        _write("/proc/self/gid_map", f"{INNER_ID} {group} 1")
    return True


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def enter_private_root(view: FilesystemView, limits: Limits) -> bool:
    """Replace the file system of new namespaces by one that holds `view` and nothing else.

    Returns:
        False where the kernel refuses: the file system is as it was then.
    """
    root = view.scratch
    try:
        libc.mount("none", "/", "", RECURSIVE | PRIVATE)
        libc.mount("tmpfs", root, "tmpfs", NO_SETUID | NO_DEVICES, "size=4m,mode=755")
    except OSError:
        return False
    try:
        _mount_entries(root, view, limits)
        here = ctypes.create_string_buffer(b".")
        os.chdir(root)
        libc.syscall(_PIVOT_ROOT[os.uname().machine], *[ctypes.addressof(here)] * 2)
        libc.unmount(".")  # the old root
        os.chdir("/")
    except (OSError, KeyError):  # or the architecture is not known
        libc.unmount(root)
        return False
    os.chdir(view.scratch)
    return True


def _mount_entries(root: str, view: FilesystemView, limits: Limits) -> None:
    links = {path for path in view.read_only if os.path.islink(path)}
    # In this order a folder comes before the places that are hidden or shown inside it.
    for path in sorted({*view.read_only, *view.hidden} - links):
        if path in view.hidden:
            libc.mount("tmpfs", root + path, "tmpfs", NO_SETUID | NO_DEVICES, "size=1m,mode=755")
        else:
            _bind(root, path)
            _set_read_only(root + path, _AT_RECURSIVE)
    for path in (*DEVICES, *view.devices):
        with suppress(FileNotFoundError):
            _bind(root, path)
    for path in sorted(links):
        if not os.path.lexists(root + path):
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            os.symlink(os.readlink(path), root + path)
    _mount_proc(root, limits)
    os.makedirs(root + view.scratch)
    flags = NO_SETUID | NO_DEVICES | NO_EXECUTION
    options = f"size={limits.scratch},nr_inodes=4k"
    libc.mount("tmpfs", root + view.scratch, "tmpfs", flags, options)
    for path in ("", *view.hidden):
        _set_read_only(root + path, 0)


def _bind(root: str, path: str) -> None:
    """Show `path` of the old root at the same place of the new one."""
    target = root + path
    if stat.S_ISDIR(os.stat(path).st_mode):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_CLOEXEC))
    libc.mount(path, target, "", BIND | RECURSIVE)


def _mount_proc(root: str, limits: Limits) -> None:
    """Mount /proc of the new process tree; a container that masks its own /proc refuses it."""
    os.mkdir(f"{root}/proc")
    with suppress(OSError):
        libc.mount("proc", f"{root}/proc", "proc", NO_SETUID | NO_DEVICES | NO_EXECUTION)
        # A bound on the ids of threads also binds root, whom no RLIMIT_NPROC does. Linux before
        # 6.14 has one bound for the whole machine, and refuses this.
        with suppress(OSError):
            most = _RESERVED_IDS + limits.threads + _PROCESSES
            _write(f"{root}/proc/sys/kernel/pid_max", str(most))
        _set_read_only(f"{root}/proc", 0)


def _set_read_only(path: str, flags: int) -> None:
    attributes = (ctypes.c_uint64 * 4)(_READ_ONLY | _NO_SETUID, 0, 0, 0)
    name = ctypes.create_string_buffer(os.fsencode(path))
    addresses = ctypes.addressof(name), flags, ctypes.addressof(attributes)
    libc.syscall(_MOUNT_SETATTR, _HERE, *addresses, ctypes.sizeof(attributes))
