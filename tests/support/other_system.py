"""Runs a command as on another system: ``python other_system.py darwin grade activations``.

The names that the system does not have are gone before gradus is imported: forks, sessions, kinds
of signals, limits of resources, `select.poll`. Workers start in the same way. `/proc` is hidden.
"""

from __future__ import annotations

import os
import runpy
import select
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

#: What macOS does not have, of what Linux has.
NOT_ON_MACOS = {
    os: ("sched_getaffinity", "sched_setaffinity", "pidfd_open", "memfd_create", "unshare"),
    signal: ("SIGSTKFLT", "SIGPWR", "pidfd_send_signal"),
}
#: What Windows does not have.
NOT_ON_WINDOWS = {
    os: (
        *NOT_ON_MACOS[os], "fork", "forkpty", "setsid", "getsid", "killpg", "getpgid", "setpgid",
        "getuid", "geteuid", "getgid", "mkfifo", "wait4", "WNOHANG", "uname", "nice",
    ),
    signal: (
        *NOT_ON_MACOS[signal], "SIGKILL", "SIGSTOP", "SIGCONT", "SIGHUP", "SIGUSR1", "SIGUSR2",
        "SIGALRM", "SIGXCPU", "SIGXFSZ", "SIGSYS", "SIGBUS", "SIGPIPE", "setitimer", "alarm",
    ),
    select: ("poll", "epoll"),
}  # fmt: skip
MISSING = {"darwin": NOT_ON_MACOS, "win32": NOT_ON_WINDOWS}
NO_MODULES = {"darwin": (), "win32": ("resource", "fcntl", "termios", "pwd", "grp")}


def become(platform: str) -> None:
    """Let this process find `platform`; the standard library is imported as what it is."""
    import asyncio
    import ctypes
    import getpass
    import importlib.metadata
    import multiprocessing.connection
    import socket
    import sysconfig
    import webbrowser
    import zipfile

    import numpy
    import psutil
    import rich.console
    import typer

    for module in (psutil, subprocess):  # they are those of this system
        module.signal = SimpleNamespace(**vars(signal))  # type: ignore[attr-defined]
    sysconfig.get_config_vars()
    loaded = (asyncio, ctypes, getpass, importlib.metadata, multiprocessing.connection, socket)
    assert all((*loaded, webbrowser, zipfile, numpy, psutil, rich.console, typer))
    take_away(platform)


def take_away(platform: str) -> None:
    """Remove what `platform` does not have."""
    for module, names in MISSING[platform].items():
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    for name in NO_MODULES[platform]:
        sys.modules[name] = None  # type: ignore[assignment]
    sys.platform = platform


def start_workers_there(platform: str) -> None:
    """Let `ProcessSandbox` start its workers as on `platform`, with no files of processes."""
    from autograder.sandbox.runners import processes
    from autograder.sandbox.runners.base import BubblewrapSandbox, ProcessSandbox

    spawn = ProcessSandbox.spawn
    here = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); "
    run = f"import other_system; other_system.worker({platform!r})"

    def elsewhere(
        self: ProcessSandbox, argv: list[str], *settings: object
    ) -> subprocess.Popen[bytes]:
        *options, entry, given = argv
        return spawn(self, [*options, "-c", here + run, entry, given], *settings)  # type: ignore[arg-type]

    ProcessSandbox.spawn = elsewhere  # type: ignore[method-assign, assignment]
    BubblewrapSandbox.unavailable = lambda self: "it needs Linux"  # type: ignore[method-assign]
    processes._PROC = Path(tempfile.gettempdir()) / "no-proc"


def worker(platform: str) -> None:
    """Run the worker's program, which the command line names."""
    take_away(platform)
    del sys.argv[0]
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    _, platform, command, *arguments = sys.argv
    become(platform)
    start_workers_there(platform)
    sys.argv = [command, *arguments]
    if command == "grade":
        from autograder.cli import main
    else:
        from framework.cli import main
    sys.exit(main())
