"""The worker's own confinement: its pieces, and each layer where the other one is missing."""

from __future__ import annotations

import errno
import os
import sys

import pytest
from programs import completed_python
from repository import text_of

from autograder.sandbox.confine.landlock import handled_rights, landlock_version
from autograder.sandbox.confine.phases import (
    LANDLOCK,
    NETWORK,
    PROCESSES,
    QUOTA,
    RLIMITS,
    ROOT,
    SECCOMP,
    gaps,
)
from autograder.sandbox.confine.seccomp import (
    ARCHITECTURES,
    NEWEST,
    NUMBERS,
    Instruction,
    build_filter,
)
from autograder.sandbox.runners.base import ProcessSandbox

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="namespaces exist on Linux only")

ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000
PID, THREAD, CHILD = 4321, 0x10000, 17
PRIVATE_MEMORY, SHARED_MEMORY, SHARED_FILE, STACK_MEMORY = 0x22, 0x21, 0x01, 0x122


def run_filter(program: list[Instruction], audit: int, number: int, arguments: tuple[int, ...]):
    """The kernel's machine in miniature: what `program` answers to one system call."""
    words = {0: number, 4: audit, **{16 + 8 * i: word for i, word in enumerate(arguments)}}
    at = value = 0
    while True:
        code, if_true, if_false, constant = program[at]
        at += 1
        if code == 0x06:
            return constant
        if code == 0x20:
            value = words[constant]
        elif code == 0x54:
            value &= constant
        else:
            true = {0x15: value == constant, 0x25: value > constant, 0x45: value & constant}[code]
            at += if_true if true else if_false


def judge(
    machine: str, name: str, *arguments: int, devices: bool = False, shared_wakes: bool = False
) -> int:
    architecture = ARCHITECTURES[machine]
    number = NUMBERS[name][architecture.column]
    assert number is not None
    program = build_filter(architecture, PID, devices=devices, shared_wakes=shared_wakes)
    return run_filter(program, architecture.audit, number, arguments)


#: System call -> permitted arguments, refused arguments, and the error that refuses them.
JUDGED = {
    "clone": ([(THREAD | 0x100,)], [(CHILD,), (CHILD | 0x10000000,)], errno.EAGAIN),
    "clone3": ([], [()], errno.ENOSYS),
    **{name: ([], [()], errno.EPERM) for name in ("execve", "ptrace", "socket", "fchmodat")},
    "kill": ([(PID,)], [(1,), (0,), (0xFFFFFFFF,)], errno.EPERM),
    "tgkill": ([(PID,)], [(PID + 1,)], errno.EPERM),
    "prlimit64": ([(0,), (PID,)], [(1,)], errno.EPERM),
    "setpriority": ([], [(0, PID)], errno.EPERM),
    "sched_setscheduler": ([], [(PID,)], errno.EPERM),
    "sched_setaffinity": ([], [(1,)], errno.EPERM),
    "ioprio_set": ([], [(1, 1)], errno.EPERM),
    "fcntl": (
        [(3, 3), (3, 1030)],
        [(3, command) for command in (5, 6, 8, 10, 15, 1024, 1026, 1031)],
        errno.EPERM,
    ),
    "futex": (
        [(1 << 20, 0x80 | 1), (1 << 20, 0x100 | 9)], [(1 << 20, 1), (1 << 20, 3)], errno.EPERM,
    ),
    "flock": ([], [(3, 2)], errno.EPERM),
    "ioctl": ([(1, 0x5401)], [(0, 0x5412), (3, 0x40086602)], errno.EPERM),
    "prctl": ([(15,)], [(1,), (4, 1)], errno.EPERM),
    "mmap": (
        [(0, 0, 0, PRIVATE_MEMORY), (0, 0, 0, SHARED_FILE)],
        [(0, 0, 0, SHARED_MEMORY), (0, 0, 0, STACK_MEMORY)],
        errno.ENOMEM,
    ),
}  # fmt: skip


@pytest.mark.parametrize("machine", sorted(ARCHITECTURES))
@pytest.mark.parametrize("name", JUDGED)
def test_filter_judges_by_call_and_argument(machine, name):
    permitted, refused, error = JUDGED[name]
    assert [judge(machine, name, *words) for words in permitted] == [ALLOW] * len(permitted)
    assert [judge(machine, name, *words) for words in refused] == [ERROR | error] * len(refused)


@pytest.mark.parametrize("machine", sorted(ARCHITECTURES))
def test_filter_leaves_shared_memory_and_ioctl_to_a_gpu(machine):
    assert judge(machine, "mmap", 0, 0, 0, SHARED_MEMORY, devices=True) == ALLOW
    assert judge(machine, "mmap", 0, 0, 0, STACK_MEMORY, devices=True) == ERROR | errno.ENOMEM
    assert judge(machine, "ioctl", 3, 0x40086602, devices=True) == ALLOW


@pytest.mark.parametrize("machine", sorted(ARCHITECTURES))
@pytest.mark.parametrize("shared_wakes", [False, True])
def test_filter_permits_few_commands_of_futex_in_shared_queues(machine, shared_wakes):
    wait, wake, wait_bitset = 0, 1, 9
    private, real_time, unknown = 0x80, 0x100, 0x200
    expected = {wait, wait_bitset, *([wake] if shared_wakes else [])}
    commands = {
        operation & ~real_time
        for operation in range(2 * unknown)
        if not operation & private
        if judge(machine, "futex", 1 << 20, operation, shared_wakes=shared_wakes) == ALLOW
    }
    assert commands == expected


@pytest.mark.parametrize("machine", sorted(ARCHITECTURES))
def test_filter_knows_no_other_numbering(machine):
    architecture = ARCHITECTURES[machine]
    program = build_filter(architecture, PID, devices=False, shared_wakes=False)
    assert run_filter(program, 0x40000003, 1, ()) == KILL  # 32-bit x86 on any of them
    for number in (NEWEST + 1, 0x40000000, 0x40000000 + 39, 0xFFFFFFFF):
        assert run_filter(program, architecture.audit, number, ()) == ERROR | errno.ENOSYS


def test_no_right_is_asked_of_a_kernel_that_does_not_know_it():
    assert handled_rights(1) == ((1 << 13) - 1, 0, 0)
    assert handled_rights(4) == ((1 << 15) - 1, 0b11, 0)
    assert handled_rights(7) == handled_rights(99) == ((1 << 16) - 1, 0b11, 0b11)


def test_gaps_are_silent_where_another_layer_holds():
    everything = {ROOT, PROCESSES, NETWORK, LANDLOCK, SECCOMP, RLIMITS}
    assert gaps(everything) == gaps(everything - {LANDLOCK, NETWORK}) == []
    assert gaps(everything - {ROOT} | {QUOTA}) == []
    assert gaps(everything - {ROOT}) == ["submitted code can fill the disk with files"]
    assert "submitted code can use the network" in gaps({RLIMITS, LANDLOCK})
    assert "submitted code can read and change every file that you can" in gaps({SECCOMP})


def test_confinement_is_imported_before_anything_heavy():
    code = "import sys, autograder.sandbox.confine; print('numpy' in sys.modules)"
    done = completed_python("-c", code, check=True)
    assert done.stdout == "False\n"


ATTEMPTS = text_of("texts/confine/attempts.txt")

WITHOUT = {
    "namespaces": "namespaces.enter_namespaces = lambda: False",
    "landlock": "landlock.landlock_version = lambda: 0",
}


@linux_only
@pytest.mark.parametrize("missing", sorted(WITHOUT))
def test_either_layer_alone_keeps_files_private(missing, probe, tmp_path):
    if missing == "namespaces" and not landlock_version():
        pytest.skip("this kernel has no Landlock")
    (tmp_path / "secret").write_text("42")
    patch = "from autograder.sandbox.confine import landlock, namespaces\n" + WITHOUT[missing]
    code = "print(*gaps, sep='; ')\n" + ATTEMPTS.format(home=str(tmp_path))
    result = probe(ProcessSandbox(), code, before=patch)
    if missing == "landlock" and "files that you can" in result.printed[0]:
        pytest.skip("this system grants no namespaces to this user")
    assert result.printed[0] == ""
    assert "done" not in result.printed[1:7], result
    assert result.printed[7] == "done"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["secret"]


@linux_only
def test_without_any_help_of_the_kernel_it_says_so(probe):
    patch = "from autograder.sandbox.confine import landlock, namespaces, seccomp\n"
    patch += "; ".join([*WITHOUT.values(), "seccomp.ARCHITECTURES.clear()"])
    result = probe(ProcessSandbox(), "print(*gaps, sep='\\n')", before=patch)
    assert result.printed == gaps({RLIMITS})
    assert len(result.printed) == 5


@linux_only
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root has powers")
def test_root_gives_up_its_powers(probe):
    code = "print([line for line in open('/proc/self/status') if line.startswith('CapEff')])"
    for patch in (
        "",
        "from autograder.sandbox.confine import namespaces\n" + WITHOUT["namespaces"],
    ):
        assert probe(ProcessSandbox(), code, before=patch).printed == [
            "['CapEff:\\t0000000000000000\\n']"
        ]
