"""A filter on system calls: no new processes, no programs, no signals to others, no network.

The filter is a program for the kernel's classic BPF machine: one accumulator, forward jumps. It is
a list of `(code, jump_if_true, jump_if_false, constant)`.

Source: Linux, Documentation/userspace-api/seccomp_filter.rst; the numbers are those of
arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from autograder.sandbox.confine import libc

Instruction = tuple[int, int, int, int]

_LOAD, _JUMP_EQUAL, _JUMP_GREATER, _JUMP_ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x54, 0x06

#: Offsets in struct seccomp_data, which the filter reads. Of an argument the low word is read,
#: as the kernel does for ids and these flags; both architectures are little-endian.
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16

_ALLOW, _KILL, _ERROR, _ASK = 0x7FFF0000, 0x80000000, 0x00050000, 0x7FC00000

_X32_BIT = 0x40000000
_CLONE_THREAD = 0x00010000
_MAP_SHARED, _MAP_ANONYMOUS, _MAP_GROWS_DOWN = 0x01, 0x20, 0x0100

_INSTALL, _ALL_THREADS, _LISTENER = 1, 1, 8

#: The id by which `prlimit64` means the process that calls it.
_CALLER = 0

#: Permitted commands of `fcntl`: copies of a descriptor, and its own flags. Others act on a file
#: that all workers share (leases, locks, notifications), on its user's pipes, or signal a process.
#: Source: include/uapi/asm-generic/fcntl.h and include/uapi/linux/fcntl.h.
FCNTL = {
    "F_DUPFD": 0,
    "F_GETFD": 1,
    "F_SETFD": 2,
    "F_GETFL": 3,
    "F_SETFL": 4,
    "F_DUPFD_CLOEXEC": 1030,
}

#: Permitted commands of `ioctl`: is it a terminal, its size and its foreground; bytes to read; and
#: the descriptor's own flags. Source: include/uapi/asm-generic/ioctls.h.
IOCTL = {
    "TCGETS": 0x5401,
    "TIOCGPGRP": 0x540F,
    "TIOCGWINSZ": 0x5413,
    "FIONREAD": 0x541B,
    "FIONBIO": 0x5421,
    "FIONCLEX": 0x5450,
    "FIOCLEX": 0x5451,
}

#: Permitted commands of `prctl`: names of threads and of memory.
#: Source: include/uapi/linux/prctl.h.
PRCTL = {
    "PR_GET_PDEATHSIG": 2,
    "PR_GET_DUMPABLE": 3,
    "PR_SET_NAME": 15,
    "PR_GET_NAME": 16,
    "PR_GET_NO_NEW_PRIVS": 39,
    "PR_SET_VMA": 0x53564D41,
}

#: Flag of `futex`: threads of this process alone. Without it a page of a file, such as a library,
#: is a queue for all processes. `pthread_join` waits in such a queue, and the kernel wakes it.
#: The command is all but the two flags: a flag that is not known makes another command.
#: Source: include/uapi/linux/futex.h.
_FUTEX_PRIVATE, _FUTEX_COMMAND = 0x80, 0xFFFFFFFF ^ 0x180
FUTEX_SHARED = {"FUTEX_WAIT": 0, "FUTEX_WAIT_BITSET": 9}
_FUTEX_WAKE = 1

#: The flags of `open` that make a file: O_CREAT, and the bit of O_TMPFILE that O_DIRECTORY has not.
_MAKES_FILE = 0o100 | 0o20000000

#: System calls with higher numbers do not exist for the worker (Linux 6.17 has up to 469).
NEWEST = 469


@dataclass(frozen=True)
class Architecture:
    """How one architecture names itself to the filter, and where its numbers stand below."""

    audit: int
    column: int
    x32: bool = False

    def numbers(self, *names: str) -> list[int]:
        """Return the numbers of those of `names` that this architecture has."""
        numbers = (NUMBERS[name][self.column] for name in names)
        return [number for number in numbers if number is not None]


#: By `os.uname().machine`.
ARCHITECTURES = {
    "x86_64": Architecture(audit=0xC000003E, column=0, x32=True),
    "aarch64": Architecture(audit=0xC00000B7, column=1),
}

#: A line for each purpose: then names, each with its numbers on x86_64 and on aarch64.
_TABLE = """
# decided by their arguments
clone 56 220                     kill 62 129                      tgkill 234 131
rt_sigqueueinfo 129 138          rt_tgsigqueueinfo 297 240        mmap 9 222
prctl 157 167                    prlimit64 302 261                fcntl 72 25
ioctl 16 29                      futex 202 98
# new files
open 2 -                         openat 257 56                    openat2 437 437
creat 85 -                       mkdir 83 -                       mkdirat 258 34
link 86 -                        linkat 265 37
# new processes
fork 57 -                        vfork 58 -                       clone3 435 435
execve 59 221                    execveat 322 281
# other processes
tkill 200 130                    pidfd_open 434 434               pidfd_send_signal 424 424
pidfd_getfd 438 438              ptrace 101 117                   process_vm_readv 310 270
process_vm_writev 311 271        process_madvise 440 440          process_mrelease 448 448
kcmp 312 272                     move_pages 279 239               migrate_pages 256 238
setpriority 141 140              ioprio_set 251 30                sched_setparam 142 118
sched_setscheduler 144 119       sched_setattr 314 274            sched_setaffinity 203 122
# file systems and namespaces
mount 165 40                     umount2 166 39                   pivot_root 155 41
chroot 161 51                    open_tree 428 428                open_tree_attr 467 467
move_mount 429 429               fsopen 430 430                   fsconfig 431 431
fsmount 432 432                  fspick 433 433                   mount_setattr 442 442
unshare 272 97                   setns 308 268                    mknod 133 -
mknodat 259 33                   name_to_handle_at 303 264        open_by_handle_at 304 265
fanotify_init 300 262            inotify_init 253 -               inotify_init1 294 26
quotactl 179 60                  quotactl_fd 443 443
# files that all workers share: locks, waiting queues, and what of them is in memory
flock 73 32                      futex_waitv 449 449              futex_wake 454 454
futex_wait 455 455               futex_requeue 456 456            mincore 27 232
cachestat 451 451                fadvise64 221 223                readahead 187 213
# disks of the whole machine
sync 162 81                      syncfs 306 267
# not covered by Landlock: attributes of files of other users
chmod 90 -                       fchmod 91 52                     fchmodat 268 53
fchmodat2 452 452                chown 92 -                       lchown 94 -
fchown 93 55                     fchownat 260 54                  utime 132 -
utimes 235 -                     futimesat 261 -                  utimensat 280 88
setxattr 188 5                   lsetxattr 189 6                  fsetxattr 190 7
setxattrat 463 463               removexattr 197 14               lremovexattr 198 15
fremovexattr 199 16              removexattrat 466 466            file_setattr 469 469
# the network, and other communication with other processes
socket 41 198                    socketpair 53 199                connect 42 203
bind 49 200                      listen 50 201                    mq_open 240 180
msgget 68 186                    semget 64 190
# memory that no limit counts
shmget 29 194                    shmat 30 196                     memfd_create 319 279
memfd_secret 447 447
# the kernel itself
bpf 321 280                      seccomp 317 277                  add_key 248 217
request_key 249 218              keyctl 250 219                   io_uring_setup 425 425
io_uring_enter 426 426           io_uring_register 427 427        perf_event_open 298 241
userfaultfd 323 282              kexec_load 246 104               kexec_file_load 320 294
init_module 175 105              finit_module 313 273             delete_module 176 106
reboot 169 142                   swapon 167 224                   swapoff 168 225
acct 163 89                      sethostname 170 161              setdomainname 171 162
iopl 172 -                       ioperm 173 -                     modify_ldt 154 -
personality 135 92               lookup_dcookie 212 18            uselib 134 -
syslog 103 116                   vhangup 153 58                   settimeofday 164 170
clock_settime 227 112            adjtimex 159 171                 clock_adjtime 305 266
"""

#: Name -> numbers on x86_64 and on aarch64, or None.
NUMBERS: dict[str, tuple[int | None, ...]] = {
    name: tuple(None if number == "-" else int(number) for number in numbers)
    for name, *numbers in re.findall(r"(\w+) (\d+|-) (\d+|-)", _TABLE)
}

#: "Try again": what `os.fork` reports when there is no room for another process.
NO_ROOM = ("fork", "vfork")

#: "There is no such call": the C library then falls back to `clone`, whose flags can be seen.
UNKNOWN = ("clone3",)

#: These make files and folders; others do for some flags.
COUNTED = ("creat", "mkdir", "mkdirat", "link", "linkat")
OPENING = ("open", "openat", "openat2")

SIGNALS = ("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo")
BY_ARGUMENT = ("clone", *SIGNALS, "mmap", "prctl", "prlimit64", "fcntl", "ioctl", "futex")

#: "Not permitted": all the others of the table.
FORBIDDEN = tuple(
    name for name in NUMBERS if name not in {*NO_ROOM, *UNKNOWN, *BY_ARGUMENT, *COUNTED, *OPENING}
)


def apply_seccomp(*, devices: bool, shared_wakes: bool) -> bool:
    """Put the filter on all threads of this process.

    Args:
        devices: the worker drives a GPU, whose library needs shared memory and `ioctl`.
        shared_wakes: its threads wake each other in queues that processes can share.

    Returns:
        False where the kernel or the architecture is none that we have a filter for.
    """
    build = partial(build_filter, pid=os.getpid(), devices=devices, shared_wakes=shared_wakes)
    return _installed(build, _ALL_THREADS) == 0  # else the id of a thread that has no filter


def add_listener() -> int | None:
    """Let the calls that make files ask, of this process and of all that it forks.

    Returns the descriptor that the questions come from; None where the kernel has no such filter.
    """
    return _installed(build_listener, _LISTENER)


def _installed(build: Callable[[Architecture], list[Instruction]], flags: int) -> int | None:
    """Install the program of `build`; return what the kernel answers, None where it refuses."""
    architecture = ARCHITECTURES.get(os.uname().machine)
    if architecture is None:
        return None
    program = build(architecture)
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in program))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(code)))
    number = architecture.numbers("seccomp")[0]
    try:
        return libc.syscall(number, _INSTALL, flags, ctypes.addressof(header))
    except OSError:
        return None


def build_filter(
    architecture: Architecture, pid: int, *, devices: bool, shared_wakes: bool
) -> list[Instruction]:
    """Return the program for a process of that id."""
    program = [*_check_architecture(architecture), _load(_NUMBER)]
    for newest in (_X32_BIT - 1 if architecture.x32 else NEWEST, NEWEST):
        program += [(_JUMP_GREATER, 0, 1, newest), _fail(errno.ENOSYS)]
    program += _refuse(architecture, NO_ROOM, errno.EAGAIN)
    program += _refuse(architecture, UNKNOWN, errno.ENOSYS)
    program += _refuse(architecture, FORBIDDEN, errno.EPERM)
    # Threads, and no processes.
    flags = (_JUMP_ANY_BIT, 1, 0, _CLONE_THREAD), _fail(errno.EAGAIN)
    program += _when(architecture, "clone", 0, *flags)
    for name in SIGNALS:
        program += _when(architecture, name, 0, *_only(pid))
    program += _when(architecture, "prlimit64", 0, *_only(_CALLER, pid))
    program += _when(architecture, "prctl", 0, *_only(*PRCTL.values()))
    program += _when(architecture, "fcntl", 1, *_only(*FCNTL.values()))
    commands = [*FUTEX_SHARED.values(), *([_FUTEX_WAKE] if shared_wakes else [])]
    shared = (_AND, 0, 0, _FUTEX_COMMAND), *_only(*commands)
    program += _when(
        architecture, "futex", 1, (_JUMP_ANY_BIT, len(shared), 0, _FUTEX_PRIVATE), *shared
    )
    if not devices:
        program += _when(architecture, "ioctl", 1, *_only(*IOCTL.values()))
    # Memory that RLIMIT_DATA does not count: stacks, and shared memory without a file.
    uncounted = [(_JUMP_ANY_BIT, 0, 1, _MAP_GROWS_DOWN), _fail(errno.ENOMEM)]
    if not devices:
        both = _MAP_SHARED | _MAP_ANONYMOUS
        uncounted += [(_AND, 0, 0, both), (_JUMP_EQUAL, 0, 1, both), _fail(errno.ENOMEM)]
    program += _when(architecture, "mmap", 3, *uncounted)
    return [*program, _answer(_ALLOW)]


def build_listener(architecture: Architecture) -> list[Instruction]:
    """Return the program that lets calls that make files ask, and all others go on."""
    program = [*_check_architecture(architecture), _load(_NUMBER)]
    program += _refuse(architecture, ("openat2",), errno.ENOSYS)  # its flags cannot be seen
    for number in architecture.numbers(*COUNTED):
        program += [(_JUMP_EQUAL, 0, 1, number), _answer(_ASK)]
    asks = (_JUMP_ANY_BIT, 0, 1, _MAKES_FILE), _answer(_ASK)
    for name, argument in (("open", 1), ("openat", 2)):
        if architecture.numbers(name):
            program += _when(architecture, name, argument, *asks)
    return [*program, _answer(_ALLOW)]


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


def _refuse(architecture: Architecture, names: tuple[str, ...], error: int) -> list[Instruction]:
    numbers = architecture.numbers(*names)
    return [line for number in numbers for line in ((_JUMP_EQUAL, 0, 1, number), _fail(error))]


def _when(
    architecture: Architecture, name: str, argument: int, *block: Instruction
) -> list[Instruction]:
    """Return instructions that judge calls of `name`: `block` may refuse an argument, from 0."""
    block = (_load(_ARGUMENTS + argument * 8), *block, _answer(_ALLOW))
    return [(_JUMP_EQUAL, 0, len(block), architecture.numbers(name)[0]), *block]


def _only(*values: int) -> list[Instruction]:
    """Return instructions that refuse an argument that is none of `values`."""
    allowed = [(_JUMP_EQUAL, len(values) - index, 0, value) for index, value in enumerate(values)]
    return [*allowed, _fail(errno.EPERM)]
