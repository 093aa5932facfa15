"""The grader's end of a fork server: starts it, and hands it requests."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import tempfile
import weakref
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from pathlib import Path

from autograder.isolation.sandboxes.base import environment
from autograder.isolation.sandboxes.filesystem_view import interpreter
from autograder.isolation.sandboxes.forked.process import ForkedProcess
from autograder.isolation.sandboxes.installed_packages import installed_packages
from autograder.isolation.sandboxes.worker_modules import (
    NUMPY_ARRAYS,
    WORKER_PACKAGES,
    copy_worker_modules,
    third_party_imports,
)
from framework.errors import SandboxError

#: Seconds that a server may take to take a request.
SEND_SECONDS = 20.0
#: Seconds that a server may take to end once its channel is closed.
END_SECONDS = 2.0


class ForkServer:
    """A process that forks workers of one backend; see `autograder.isolation.worker.fork_server`.

    It ends with the last process that holds its channel: this one, and those that it forks.

    Args:
        arrays: target of the backend's arrays.
        added: modules of `framework` that graded code may also import.

    Attributes:
        modules: the folder with the modules of its workers. The server removes it at its end.
        process: the server.
    """

    def __init__(self, arrays: str = NUMPY_ARRAYS, added: Iterable[str] = ()) -> None:
        module = "" if arrays == NUMPY_ARRAYS else arrays.partition(":")[0]
        folder = Path(tempfile.mkdtemp(prefix="gradus-server-")).resolve()
        self.modules = folder / "modules"
        copy_worker_modules(self.modules, added, module)
        packages = (*WORKER_PACKAGES, *(third_party_imports(module) if module else ()))
        settings = {
            "modules": str(self.modules),
            "folder": str(folder),
            "packages": installed_packages(packages).modules,
            "arrays": arrays,
        }
        self._errors = folder / "errors"
        self._channel, self.process = _start(self.modules, self._errors, json.dumps(settings))
        self.close = weakref.finalize(self, _end, self._channel, self.process, os.getpid())

    def errors(self) -> str:
        """Return what the server has written to its standard error, as far as it is there."""
        with suppress(OSError):
            return self._errors.read_text("utf-8", "replace").strip()[-500:]
        return ""

    def fork(self, argv: list[str], scratch: str) -> ForkedProcess:
        """Fork a process that runs the Python program `argv` in the folder `scratch`.

        Raises:
            OSError: the server has ended, or there are too many open descriptors.
        """
        with ExitStack() as ours, ExitStack() as theirs:
            stdin, stdout, stderr = (os.pipe() for _ in range(3))
            mine, other = socket.socketpair()
            for descriptor in (stdin[0], stdout[1], stderr[1]):
                theirs.callback(os.close, descriptor)
            theirs.callback(other.close)
            for descriptor in (stdin[1], stdout[0], stderr[0]):
                ours.callback(os.close, descriptor)
            ours.callback(mine.close)
            descriptors = [stdin[0], stdout[1], stderr[1], other.fileno()]
            socket.send_fds(self._channel, [b"\0"], descriptors)
            mine.settimeout(SEND_SECONDS)
            mine.sendall(_program(argv, scratch))
            mine.shutdown(socket.SHUT_WR)
            ours.pop_all()
        return ForkedProcess(mine, (stdin[1], stdout[0], stderr[0]), scratch)


def _program(argv: list[str], scratch: str) -> bytes:
    """Return the program `argv` for the server: without the interpreter and its options."""
    program, *options = argv
    while options and options[0] in ("-I", "-S", "-B"):
        options.pop(0)
    if program != interpreter() or not options:
        raise SandboxError(f"a fork server runs programs of {interpreter()}, not {program}")
    content = {"argv": options, "environment": environment(scratch), "folder": scratch}
    return json.dumps(content).encode()


def _start(
    modules: Path, errors: Path, settings: str
) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """Start the server; return the channel to it, and its process."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    entry = modules / "autograder" / "isolation" / "worker" / "fork_server.py"
    with theirs, errors.open("wb") as stderr:
        process = subprocess.Popen(
            [interpreter(), "-I", "-S", "-B", str(entry), settings],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            env=environment(str(errors.parent)),
            cwd=errors.parent,
            start_new_session=True,
        )
    return ours, process


def _end(channel: socket.socket, process: subprocess.Popen[bytes], owner: int) -> None:
    """Close the channel, at which the server ends; only the process that started it waits."""
    channel.close()
    if os.getpid() != owner:
        return
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:  # other processes hold the channel
        process.returncode = 0  # they end it
