"""What every sandbox offers, and the sandbox without a helper program."""

from __future__ import annotations

import os
import select
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from autograder.sandbox.confine import FilesystemView, Limits
from autograder.sandbox.runners.processes import (
    ProcessTree,
    ProcTree,
    RunningProcess,
    Started,
    Usage,
    has_proc,
)

#: How long a killed process may take to be gone, in seconds; longer is a fault of the system.
KILL_SECONDS = 10.0

#: Variables of the host that choose the instructions of numerical libraries: the worker uses the
#: same, or its numbers would be rounded in another order than the reference's.
PROCESSOR_CHOICE = ("OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES")


#: The gap on systems that do not show their processes.
UNWATCHED = "submitted code can exceed the limits of memory and of processes: they cannot be seen"


class Sandbox(ABC):
    """Starts, watches and kills workers; one object serves any number of them.

    Attributes:
        name: what ``--sandbox`` calls it.
        drives_devices: whether its workers can use a GPU.
    """

    name: str
    drives_devices = True

    @property
    def label(self) -> str:
        """What reports call it."""
        return self.name

    @abstractmethod
    def unavailable(self) -> str | None:
        """Return why it does not work here and what installs it; None where it works."""

    @abstractmethod
    def spawn(self, argv: list[str], view: FilesystemView, limits: Limits) -> RunningProcess:
        """Start `argv` in `view`, without waiting for it, in a cleared environment.

        Args:
            argv: a Python program that calls `isolate` and `lock` with the view of `seen_by`.
            view: everything it may see; the scratch folder has to exist.
            limits: what it may use.

        Returns:
            the process, with pipes as standard input, output and error. It dies with the writing
            end of its standard input. A signal that ends the worker is exit status 128 + signal.
        """

    def modules(self, arrays: str, added: tuple[str, ...] = ()) -> Path | None:
        """Return the folder with the modules that all its workers share; None if each has its own.

        Args:
            arrays: target of the backend's arrays.
            added: modules of `framework` that graded code may also import.
        """
        return None

    def require(self, uncontained: Sequence[str]) -> None:
        """Refuse a worker that could not contain something; most sandboxes only report it.

        Raises:
            SandboxError: the sandbox starts no worker that contains less.
        """
        return

    def seen_by(self, view: FilesystemView) -> FilesystemView:
        """Return the view that the worker itself is given."""
        return view

    def gaps(self) -> list[str]:
        """Return what the host cannot keep on this system; the worker tells of the rest."""
        if has_proc():
            return []
        from autograder.sandbox.runners.listed_processes import can_list  # imports psutil

        return [] if can_list() else [UNWATCHED]

    def usage(self, process: RunningProcess) -> Usage:
        """Return what the whole tree of `process` uses; nothing where the system does not tell."""
        return tree_of(process).usage()

    def kill(self, process: RunningProcess) -> None:
        """End the whole tree of `process` and wait until it is gone; it may be gone already.

        Raises:
            SandboxError: something of it could not be ended.
        """
        tree_of(process).kill(KILL_SECONDS)


def tree_of(process: Started) -> ProcessTree:
    """Return the tree of `process`, as this system shows it."""
    if has_proc():
        return ProcTree(process)
    from autograder.sandbox.runners.listed_processes import ListedTree  # imports psutil

    return ListedTree(process)


def environment(scratch: str) -> dict[str, str]:
    """Return the worker's whole environment: of the host's, `PROCESSOR_CHOICE` alone."""
    return {
        **{name: os.environ[name] for name in PROCESSOR_CHOICE if name in os.environ},
        "PATH": "/usr/bin:/bin",
        "HOME": scratch,
        "TMPDIR": scratch,
        "USER": "student",
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
    }


def start(argv: list[str], scratch: str) -> subprocess.Popen[bytes]:
    """Start `argv` in its own session with three pipes and `environment`."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        argv,
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        env=environment(scratch),
        cwd=scratch,
        start_new_session=True,
    )


#: Windows has no way to wait for several pipes with a time limit.
NO_PIPES = (
    "code is graded on Linux and macOS alone, for Windows cannot wait for several pipes. Use the "
    "Windows Subsystem for Linux (`wsl --install`), and run gradus there"
)


class ProcessSandbox(Sandbox):
    """Starts the worker as it is, in its own session; `isolate` and `lock` do the rest, inside.

    What they could not contain on this system, the worker reports itself.
    """

    name = "process"

    def unavailable(self) -> str | None:
        """Return why no worker can be talked to on this system; None if one can."""
        return None if hasattr(select, "poll") else NO_PIPES

    def spawn(
        self, argv: list[str], view: FilesystemView, limits: Limits
    ) -> subprocess.Popen[bytes]:
        """Start `argv`; see `Sandbox.spawn`."""
        return start(argv, view.scratch)
