"""What every sandbox offers, the sandbox without a helper program, and that of bubblewrap."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from autograder.sandbox.confine import FilesystemView, Limits
from autograder.sandbox.confine.namespaces import INNER_ID
from autograder.sandbox.runners.processes import (
    NamespaceTree,
    ProcessTree,
    ProcTree,
    RunningProcess,
    Usage,
)

#: How long a killed process may take to be gone, in seconds; longer is a fault of the system.
KILL_SECONDS = 10.0
#: Variables of the host that choose the instructions of numerical libraries: the worker uses the
#: same, or its numbers would be rounded in another order than the reference's.
PROCESSOR_CHOICE = ("OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES")
#: Variables of the host by which Windows finds its own libraries, and those of packages.
WINDOWS_LIBRARIES = ("SYSTEMROOT", "PATH")


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

        The process has pipes as standard input, output and error, and dies with the writing end
        of its standard input. A signal that ends the worker is exit status 128 + signal.

        Args:
            argv: a Python program that calls `isolate` and `lock` with the view of `seen_by`.
        """

    def modules(self, arrays: str, added: tuple[str, ...] = ()) -> Path | None:
        """Return the folder with the modules that all its workers share; None if each has its own.

        For the arguments see `copy_worker_modules`.
        """
        return None

    def require(self, uncontained: Sequence[str]) -> None:  # noqa: B027 - most only report it
        """Raise a `SandboxError` if a worker that does not contain something must not start."""

    def seen_by(self, view: FilesystemView) -> FilesystemView:
        """Return the view that the worker itself is given."""
        return view

    def usage(self, process: RunningProcess) -> Usage:
        """Return what the whole tree of `process` uses; nothing where the system does not tell."""
        return tree_of(process).usage()

    def kill(self, process: RunningProcess) -> None:
        """End the whole tree of `process` and wait until it is gone; it may be gone already.

        Raises:
            SandboxError: something of it could not be ended.
        """
        tree_of(process).kill(KILL_SECONDS)


def tree_of(process: RunningProcess) -> ProcessTree:
    """Return the tree of `process`, as this system shows it."""
    if sys.platform != "linux":
        from autograder.sandbox.runners.portable_processes import ListedTree  # imports psutil

        return ListedTree(process)
    return ProcTree(process)


def environment(scratch: str) -> dict[str, str]:
    """Return the worker's whole environment: of the host's, the variables above alone."""
    kept: tuple[str, ...] = PROCESSOR_CHOICE
    if sys.platform == "win32":
        kept += WINDOWS_LIBRARIES
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": scratch,
        "USERPROFILE": scratch,  # the same for Windows
        "TMPDIR": scratch,
        "USER": "student",
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
        **{name: os.environ[name] for name in kept if name in os.environ},
    }


def start(argv: list[str], scratch: str) -> subprocess.Popen[bytes]:
    """Start `argv` in its own session with three pipes and `environment`."""
    pipe, variables = subprocess.PIPE, environment(scratch)
    return subprocess.Popen(
        argv,
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        env=variables,
        cwd=scratch,
        start_new_session=True,
        # Windows has no sessions: there, Ctrl-C goes to all programs of a window.
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


class ProcessSandbox(Sandbox):
    """Starts the worker as it is, in its own session; `isolate` and `lock` do the rest, inside.

    What they could not contain on this system, the worker reports itself.
    """

    name = "process"

    def unavailable(self) -> str | None:
        """Return None: it works on every system, but watches workers on Linux by /proc."""
        if sys.platform != "linux" or Path("/proc/self/stat").exists():
            return None
        return "it needs /proc, which is not there: mount it by `mount -t proc proc /proc`"

    def spawn(
        self, argv: list[str], view: FilesystemView, limits: Limits
    ) -> subprocess.Popen[bytes]:
        """Start `argv`; see `Sandbox.spawn`."""
        return start(argv, view.scratch)


INSTALL = "install it with `apt install bubblewrap` (or dnf, pacman, apk)"

#: No namespace, capability or terminal is shared. The worker's supervisor is process 1: when it
#: ends, all processes of the worker end.
_ISOLATION = (
    *("--unshare-all", "--unshare-user", "--uid", str(INNER_ID), "--gid", str(INNER_ID)),
    *("--new-session", "--as-pid-1", "--cap-drop", "ALL", "--hostname", "gradus"),
)

_TRIAL_SECONDS = 10.0


class BubblewrapSandbox(Sandbox):
    """Starts the worker by bubblewrap, which builds its view before Python starts."""

    name = "bubblewrap"

    @cached_property
    def program(self) -> str | None:
        """Where bwrap is."""
        return shutil.which("bwrap")

    def unavailable(self) -> str | None:
        """Try it for real, which takes milliseconds: many containers and systems forbid it."""
        if self.program is None:
            return f"bubblewrap is not installed: {INSTALL}"
        everything = FilesystemView(("/",), str(Path(tempfile.gettempdir()).resolve()))
        command = [*self.command(everything, Limits()), "--", self.program, "--version"]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_TRIAL_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"bubblewrap cannot be started: {error}"
        if done.returncode == 0:
            return None
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = lines[-1] if lines else "it says nothing"
        if "--size" in reason:
            return f"bubblewrap is too old (0.7 or newer is needed): {INSTALL}"
        return (
            f"bubblewrap does not work here ({reason}): allow unprivileged user namespaces, in a "
            "container with `--security-opt seccomp=unconfined`, or use `--sandbox process`"
        )

    def spawn(
        self, argv: list[str], view: FilesystemView, limits: Limits
    ) -> subprocess.Popen[bytes]:
        """Start `argv` inside; see `Sandbox.spawn`."""
        return start([*self.command(view, limits), "--", *argv], view.scratch)

    def kill(self, process: RunningProcess) -> None:
        """End the worker with its namespace; see `Sandbox.kill`."""
        NamespaceTree(process).kill(KILL_SECONDS)

    def command(self, view: FilesystemView, limits: Limits) -> list[str]:
        """Return the bwrap command line that builds `view`, up to the program to run in it."""
        command = [self.program or "bwrap", *_ISOLATION]
        # The worker ends with its standard input in any case. This is for a host that is killed
        # while something else holds the pipe, and ends workers with the thread that started them.
        if threading.current_thread() is threading.main_thread():
            command.append("--die-with-parent")
        links = {path for path in view.read_only if Path(path).is_symlink()}
        # In this order a folder comes before what is hidden or shown inside of it.
        for path in sorted({*view.read_only, *view.hidden} - links):
            hidden = path in view.hidden
            command += ["--tmpfs", path] if hidden else ["--ro-bind", path, path]
        for path in sorted(links):
            command += ["--symlink", str(Path(path).readlink()), path]
        command += ["--proc", "/proc", "--dev", "/dev"]
        for path in view.devices:
            command += ["--dev-bind", path, path]
        command += ["--size", str(limits.scratch), "--tmpfs", view.scratch]
        for path in ("/dev", *view.hidden, "/"):
            command += ["--remount-ro", path]
        return [*command, "--chdir", view.scratch]

    def seen_by(self, view: FilesystemView) -> FilesystemView:
        """Return the same view, marked as built."""
        return replace(view, namespaced=True)
