"""Runs a command as on another system: ``python other_system.py darwin grade activations``.

On that system itself, the command runs as it is. Elsewhere, it is simulated:
The names that the system does not have are gone before gradus is imported: forks, sessions, kinds
of signals, limits of resources, `select.poll`. Workers start in the same way. `/proc` is hidden.
"""

from __future__ import annotations

import faulthandler
import io
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

#: What macOS does not have, of what Linux has.
NOT_ON_MACOS = {
    os: ("sched_getaffinity", "sched_setaffinity", "pidfd_open", "memfd_create", "unshare"),
    signal: ("SIGSTKFLT", "SIGPWR", "pidfd_send_signal"),
    select: ("epoll",),
}
#: What Windows does not have; `set_blocking` came with Python 3.12.
NOT_ON_WINDOWS = {
    os: (
        *NOT_ON_MACOS[os], "fork", "forkpty", "setsid", "getsid", "killpg", "getpgid", "setpgid",
        "getpgrp", "getuid", "geteuid", "getgid", "getegid", "getgroups", "mkfifo", "mknod", "wait",
        "wait3", "wait4", "waitid", "WNOHANG", "WIFEXITED", "WEXITSTATUS", "WIFSIGNALED",
        "WTERMSIG", "uname", "nice", "getpriority", "setpriority", "pread", "pwrite", "chown",
        "fchown", "fchmod", "fchdir", "openpty", "ttyname", "ctermid", "sysconf", "confstr",
        "pathconf", "statvfs", "getloadavg", "posix_spawn", "posix_spawnp", "sendfile", "pipe2",
        "set_blocking", "get_blocking", "lockf", "eventfd", "O_NONBLOCK", "O_CLOEXEC",
        "O_DIRECTORY", "O_NOFOLLOW", "O_PATH",
    ),
    signal: (
        *NOT_ON_MACOS[signal], "SIGKILL", "SIGSTOP", "SIGCONT", "SIGHUP", "SIGQUIT", "SIGUSR1",
        "SIGUSR2", "SIGALRM", "SIGPROF", "SIGVTALRM", "SIGCHLD", "SIGTSTP", "SIGTTIN", "SIGTTOU",
        "SIGWINCH", "SIGXCPU", "SIGXFSZ", "SIGSYS", "SIGBUS", "SIGPIPE", "setitimer", "getitimer",
        "ITIMER_REAL", "ITIMER_VIRTUAL", "ITIMER_PROF", "alarm", "pause", "pthread_sigmask",
        "pthread_kill", "sigwait", "sigpending", "siginterrupt", "SIG_BLOCK", "SIG_UNBLOCK",
        "SIG_SETMASK",
    ),
    select: ("poll", "epoll", "select"),  # the last one takes sockets alone
    socket: ("AF_UNIX", "send_fds", "recv_fds"),
    faulthandler: ("register", "unregister"),
}  # fmt: skip
MISSING = {"darwin": NOT_ON_MACOS, "win32": NOT_ON_WINDOWS}
NO_MODULES = {"darwin": (), "win32": ("resource", "fcntl", "termios", "pwd", "grp", "pty", "tty")}


def become(platform: str) -> None:
    """Let this process find `platform`; the standard library is imported as what it is."""
    import asyncio
    import ctypes
    import getpass
    import importlib.metadata
    import multiprocessing.connection
    import shutil
    import sysconfig
    import webbrowser
    import zipfile

    import numpy
    import psutil
    import rich.console
    import typer

    for module in (psutil, shutil, subprocess):  # they are those of this system
        module.os = SimpleNamespace(**vars(os))  # type: ignore[attr-defined]
        module.signal = SimpleNamespace(**vars(signal))  # type: ignore[attr-defined]
    sysconfig.get_config_vars()
    loaded = (asyncio, ctypes, getpass, importlib.metadata, multiprocessing.connection, shutil)
    assert all((*loaded, webbrowser, zipfile, numpy, psutil, rich.console, typer))
    if platform == "win32":
        io._WindowsConsoleIO = bytes  # type: ignore[attr-defined]  # pytest looks for it
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


def run(platform: str, command: str, *arguments: str) -> NoReturn:
    """Run `command`, of gradus or ``pytest``, as on `platform`."""
    if sys.platform != platform:
        become(platform)
        start_workers_there(platform)
    sys.argv = [command, *arguments]
    if command == "grade":
        from autograder.cli import main
    elif command == "gradus":
        from framework.cli import main
    else:
        from pytest import console_main as main
    sys.exit(main())


if __name__ == "__main__":
    run(*sys.argv[1:])
