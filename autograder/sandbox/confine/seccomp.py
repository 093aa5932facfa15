"""A filter on system calls: no new processes, no programs, no signals to others, no network.

The filter is a program for the kernel's classic BPF machine: one accumulator, forward jumps. It is
a list of `(code, jump_if_true, jump_if_false, constant)`.

Source: Linux, Documentation/userspace-api/seccomp_filter.rst.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from autograder.sandbox.confine import libc
from autograder.sandbox.confine.syscalls import (
    ARCHITECTURES,
    COUNTED,
    FORBIDDEN,
    NEWEST,
    NO_ROOM,
    SIGNALS,
    UNKNOWN,
    Architecture,
)

Instruction = tuple[int, int, int, int]

_LOAD, _JUMP_EQUAL, _JUMP_GREATER, _JUMP_ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x54, 0x06

#: Offsets in struct seccomp_data, which the filter reads. Of an argument the low word is read,
#: as the kernel does for ids and these flags; both architectures are little-endian.
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16

_ALLOW, _KILL, _ERROR, _ASK = 0x7FFF0000, 0x80000000, 0x00050000, 0x7FC00000

_X32_BIT = 0x40000000
_CLONE_THREAD = 0x00010000
_MAP_SHARED, _MAP_ANONYMOUS, _MAP_GROWS_DOWN = 0x01, 0x20, 0x0100

_INSTALL, _ALL_THREADS, _LISTENER, _THREAD_ERROR = 1, 1, 8, 16

#: The id by which `prlimit64` means the process that calls it.
_CALLER = 0

#: Commands of `fcntl`: which process a descriptor signals, and by which signal.
_SET_OWNER, _SET_SIGNAL, _SET_OWNER_EX = 8, 10, 15

#: The flags of `open` that make a file: O_CREAT, and the bit of O_TMPFILE that O_DIRECTORY has not.
_MAKES_FILE = 0o100 | 0o20000000


def apply_seccomp(*, devices: bool) -> bool:
    """Put the filter on all threads of this process.

    Args:
        devices: the worker drives a GPU, whose library needs shared memory.

    Returns:
        False where the kernel or the architecture is none that we have a filter for.
    """
    architecture = ARCHITECTURES.get(os.uname().machine)
    if architecture is None:
        return False
    program = build_filter(architecture, os.getpid(), devices=devices)
    try:
        return _installed(architecture, program, _ALL_THREADS) == 0
    except OSError:
        return False


def add_listener() -> int | None:
    """Let the calls that make files ask, on all threads of this process.

    Returns:
        the descriptor that the questions come from; None where the kernel has no such filter.
    """
    architecture = ARCHITECTURES.get(os.uname().machine)
    if architecture is None:
        return None
    program, flags = build_listener(architecture), _ALL_THREADS | _LISTENER | _THREAD_ERROR
    try:
        return _installed(architecture, program, flags)
    except OSError:
        return None


def _installed(architecture: Architecture, program: list[Instruction], flags: int) -> int:
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in program))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(code)))
    number = architecture.numbers("seccomp")[0]
    return libc.syscall(number, _INSTALL, flags, ctypes.addressof(header))


def build_filter(architecture: Architecture, pid: int, *, devices: bool) -> list[Instruction]:
    """Return the program for a process of that id."""
    program = [*_check_architecture(architecture), _load(_NUMBER)]
    program += _newer_than(_X32_BIT - 1 if architecture.x32 else NEWEST)
    program += _newer_than(NEWEST)
    for names, error in ((NO_ROOM, errno.EAGAIN), (UNKNOWN, errno.ENOSYS)):
        program += _refuse(architecture, names, error)
    program += _refuse(architecture, FORBIDDEN, errno.EPERM)
    program += _when(architecture, "clone", _threads_only())
    for name in SIGNALS:
        program += _when(architecture, name, _only_to(pid))
    program += _when(architecture, "prlimit64", _only_to(_CALLER, pid))
    program += _when(architecture, "fcntl", _signal_no_process())
    program += _when(architecture, "mmap", _counted_memory(devices=devices))
    program += _when(architecture, "prctl", _keep_death_signal())
    return [*program, _answer(_ALLOW)]


def build_listener(architecture: Architecture) -> list[Instruction]:
    """Return the program that lets calls that make files ask, and all others go on."""
    program = [*_check_architecture(architecture), _load(_NUMBER)]
    program += _refuse(architecture, ("openat2",), errno.ENOSYS)  # its flags cannot be seen
    for number in architecture.numbers(*COUNTED):
        program += [(_JUMP_EQUAL, 0, 1, number), _answer(_ASK)]
    for name, argument in (("open", 1), ("openat", 2)):
        if architecture.numbers(name):
            program += _when(architecture, name, _asks_for_new_files(argument))
    return [*program, _answer(_ALLOW)]


def _asks_for_new_files(argument: int) -> list[Instruction]:
    flags = _load(_ARGUMENTS + argument * 8)
    return [flags, (_JUMP_ANY_BIT, 0, 1, _MAKES_FILE), _answer(_ASK), _answer(_ALLOW)]


def _load(offset: int) -> Instruction:
    return (_LOAD, 0, 0, offset)


def _answer(action: int) -> Instruction:
    return (_RETURN, 0, 0, action)


def _fail(error: int) -> Instruction:
    return _answer(_ERROR | error)


def _check_architecture(architecture: Architecture) -> list[Instruction]:
    """Return instructions that end a process of another architecture: its numbers differ."""
    same = (_JUMP_EQUAL, 1, 0, architecture.audit)
    return [_load(_ARCHITECTURE), same, _answer(_KILL)]


def _newer_than(number: int) -> list[Instruction]:
    return [(_JUMP_GREATER, 0, 1, number), _fail(errno.ENOSYS)]


def _refuse(architecture: Architecture, names: tuple[str, ...], error: int) -> list[Instruction]:
    program: list[Instruction] = []
    for number in architecture.numbers(*names):
        program += [(_JUMP_EQUAL, 0, 1, number), _fail(error)]
    return program


def _when(architecture: Architecture, name: str, block: list[Instruction]) -> list[Instruction]:
    """Return instructions that judge calls of `name` by `block`, which answers in every case."""
    number = architecture.numbers(name)[0]
    return [(_JUMP_EQUAL, 0, len(block), number), *block]


def _threads_only() -> list[Instruction]:
    flags = _load(_ARGUMENTS)
    return [flags, (_JUMP_ANY_BIT, 1, 0, _CLONE_THREAD), _fail(errno.EAGAIN), _answer(_ALLOW)]


def _only_to(*pids: int) -> list[Instruction]:
    """Return instructions that refuse calls about any process but `pids`."""
    allowed = [line for pid in pids for line in ((_JUMP_EQUAL, 0, 1, pid), _answer(_ALLOW))]
    return [_load(_ARGUMENTS), *allowed, _fail(errno.EPERM)]


def _signal_no_process() -> list[Instruction]:
    """Return instructions that let no descriptor signal a process: it may be any of the user's."""
    loaded = _load(_ARGUMENTS + 8)
    refused = [
        line
        for command in (_SET_OWNER, _SET_SIGNAL, _SET_OWNER_EX)
        for line in ((_JUMP_EQUAL, 0, 1, command), _fail(errno.EPERM))
    ]
    return [loaded, *refused, _answer(_ALLOW)]


def _counted_memory(*, devices: bool) -> list[Instruction]:
    """Refuse memory that RLIMIT_DATA does not count: stacks, and shared memory without a file."""
    flags = _load(_ARGUMENTS + 3 * 8)
    refused = [flags, (_JUMP_ANY_BIT, 0, 1, _MAP_GROWS_DOWN), _fail(errno.ENOMEM)]
    if not devices:
        both = _MAP_SHARED | _MAP_ANONYMOUS
        refused += [(_AND, 0, 0, both), (_JUMP_EQUAL, 0, 1, both), _fail(errno.ENOMEM)]
    return [*refused, _answer(_ALLOW)]


def _keep_death_signal() -> list[Instruction]:
    """Return instructions that keep the signal by which the worker dies with its supervisor."""
    option = _load(_ARGUMENTS)
    refused = (_JUMP_EQUAL, 0, 1, libc.PR_SET_PDEATHSIG)
    return [option, refused, _fail(errno.EPERM), _answer(_ALLOW)]
