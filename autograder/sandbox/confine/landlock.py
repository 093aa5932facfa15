"""Landlock: the kernel's own way for a process to give up files, network and signals.

Source: Linux, Documentation/userspace-api/landlock.rst.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable, Iterator, Set
from contextlib import contextmanager, suppress

from autograder.sandbox.confine import FilesystemView, libc
from autograder.sandbox.confine.namespaces import DEVICES

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION, _RULE_PATH_BENEATH = 1, 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = (1 << bit for bit in range(4))
REMOVE_DIR, REMOVE_FILE = 1 << 4, 1 << 5
MAKE_DIR, MAKE_FILE = 1 << 7, 1 << 8
REFER, TRUNCATE, DEVICE_CONTROL = 1 << 13, 1 << 14, 1 << 15

READ = READ_FILE | READ_DIR
SCRATCH = READ | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_FILE | REFER | TRUNCATE
DEVICE = READ_FILE | WRITE_FILE | TRUNCATE | DEVICE_CONTROL

#: Files of /proc that stay readable if /proc shows the processes of all users.
_PRIVATE_PROC = ("/proc",)
_SHARED_PROC = ("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat")

#: The rights that a rule about a single file may name.
_FILE_RIGHTS = EXECUTE | DEVICE


def landlock_version() -> int:
    """Return the version of the interface that this kernel offers, 0 for none."""
    try:
        return libc.syscall(_CREATE_RULESET, 0, 0, _ASK_VERSION)
    except OSError:
        return 0


def handled_rights(version: int) -> tuple[int, int, int]:
    """Return what a kernel of that version can deny: rights on files and TCP, and scopes."""
    files = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
    network = 0b11 if version >= 4 else 0  # bind, connect
    scopes = 0b11 if version >= 6 else 0  # abstract sockets, signals
    return files, network, scopes


def apply_landlock(view: FilesystemView, *, private_root: bool) -> bool:
    """Deny the calling thread, and those it starts, everything but `view`.

    Args:
        private_root: whether the file system already contains only `view`.

    Returns:
        False where the kernel has no Landlock.
    """
    version = landlock_version()
    if not version:
        return False
    files, network, scopes = handled_rights(version)
    readable = _PRIVATE_PROC if private_root else _SHARED_PROC
    # A private root hides these files; without one, Landlock has to grant what is beside them.
    read_only = view.read_only if private_root else _without(view.read_only, set(view.hidden))
    with _ruleset(struct.pack("QQQ", files, network, scopes), version) as ruleset:
        for path in (*read_only, *readable):
            _grant(ruleset, path, READ & files)
        if private_root:  # Python lists the folders above its packages
            _grant(ruleset, "/", READ_DIR & files)
        for path in (*DEVICES, *view.devices):
            _grant(ruleset, path, DEVICE & files)
        _grant(ruleset, view.scratch, SCRATCH & files)
        libc.syscall(_RESTRICT_SELF, ruleset, 0)
    return True


def _without(paths: Iterable[str], hidden: Set[str]) -> Iterator[str]:
    """Yield `paths`, each replaced by its entries where something below it is hidden."""
    for path in paths:
        if not any(inner.startswith(path + os.sep) for inner in hidden):
            yield path
            continue
        with os.scandir(path) as entries:
            shown = [entry.path for entry in entries if entry.path not in hidden]
        yield from _without(shown, hidden)


@contextmanager
def _ruleset(attributes: bytes, version: int) -> Iterator[int]:
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    buffer = ctypes.create_string_buffer(attributes)
    descriptor = libc.syscall(_CREATE_RULESET, ctypes.addressof(buffer), size, 0)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _grant(ruleset: int, path: str, rights: int) -> None:
    """Allow `rights` on `path` and below; a path that is not there needs no rule.

    Nor does a link: what it points to has a rule of its own, or parts of it are hidden.
    """
    if os.path.islink(path) and not path.startswith("/proc/"):  # noqa: PTH114 - as in `root`
        return
    with suppress(FileNotFoundError, PermissionError):
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
                rights &= _FILE_RIGHTS
            rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, descriptor))
            libc.syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.addressof(rule), 0)
        finally:
            os.close(descriptor)
