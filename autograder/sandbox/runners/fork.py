"""The sandbox of a fork server: a worker is forked in milliseconds, and confines itself.

The other end of the server is `autograder.sandbox.worker.fork_server`.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO

from autograder.sandbox.confine import FilesystemView, Limits
from autograder.sandbox.runners.base import Sandbox, environment
from autograder.sandbox.runners.filesystem_view import (
    empty_scratch,
    installed_packages,
    interpreter,
)
from autograder.sandbox.runners.processes import RunningProcess
from autograder.sandbox.runners.worker_modules import (
    FRAMEWORK,
    NUMPY_ARRAYS,
    WORKER_PACKAGES,
    copy_worker_modules,
    third_party_imports,
)
from autograder.sandbox.worker.fork_server import NUMBER
from framework.errors import SandboxError

#: Seconds until the server has taken a request and forked; longer is a fault of the system.
FORK_SECONDS = 20.0
#: The exit status of a worker whose server has ended before it.
LOST = -int(getattr(signal, "SIGKILL", 9))  # Windows has no such signal, and no fork server
#: Seconds that a server may take to end once its channel is closed.
END_SECONDS = 2.0


class ForkSandbox(Sandbox):
    """Forks workers from a server that holds NumPy and the worker and nothing else.

    There is one server for each backend, and for each set of modules of `framework` that a course
    adds. It starts with the first use, and again where it has ended. Processes that are forked
    from this one share it. With `allow_weaker`, workers start although something cannot be
    contained.
    """

    name = "fork"
    drives_devices = False

    def __init__(self, *, allow_weaker: bool = False) -> None:
        self.allow_weaker = allow_weaker
        self._servers: dict[tuple[str, tuple[str, ...]], ForkServer] = {}

    @property
    def label(self) -> str:
        """The name, and whether less than everything may be contained."""
        return f"{self.name}, weaker allowed" if self.allow_weaker else self.name

    def unavailable(self) -> str | None:
        """Try it for real: start a worker, which confines itself."""
        if sys.platform != "linux":
            return "it needs Linux: use `--sandbox process`"
        from autograder.sandbox.session.launch import start_worker  # it imports all sandboxes

        try:
            self.require(start_worker(self))
        except (SandboxError, OSError, RuntimeError) as error:
            return str(error)
        return None

    def require(self, uncontained: Sequence[str]) -> None:
        """Refuse what is not contained, unless weaker containment is allowed."""
        if uncontained and not self.allow_weaker:
            raise SandboxError(
                f"this system does not contain everything: {'; '.join(uncontained)}. Use "
                "`--sandbox bubblewrap`, or `--allow-weaker` for submissions that you trust"
            )

    def modules(self, arrays: str, added: tuple[str, ...] = ()) -> Path:
        """Return the folder with the modules that all workers of one server have."""
        key = (arrays, tuple(sorted(added)))
        if key not in self._servers:
            self._servers[key] = ForkServer(arrays, key[1])
        return self._servers[key].modules

    def spawn(self, argv: list[str], view: FilesystemView, limits: Limits) -> ForkedProcess:
        """Fork a worker that runs `argv`; see `Sandbox.spawn`."""
        if view.devices:
            raise SandboxError("a fork server has no GPU: use another sandbox with `--device cuda`")
        entry = "".join(argv[-2:-1])
        named = (key for key, server in self._servers.items() if str(server.modules) in entry)
        key = next(named, (NUMPY_ARRAYS, ()))
        self.modules(*key)
        server = self._servers[key]
        try:
            return server.fork(argv, view.scratch)
        except OSError as error:
            said = server.errors()
            del self._servers[key]  # a new one is started when it is needed
            server.close()
            raise SandboxError(f"the fork server has ended ({error}) {said}".strip()) from None

    def kill(self, process: RunningProcess) -> None:
        """End the tree of `process`, and remove what it wrote: the next worker finds nothing."""
        super().kill(process)
        if isinstance(process, ForkedProcess):
            empty_scratch(Path(process.scratch))

    def close(self) -> None:
        """End the servers; the next worker starts one again."""
        for server in self._servers.values():
            server.close()
        self._servers.clear()


class ForkServer:
    """A process that forks workers of one backend; see `autograder.sandbox.worker.fork_server`.

    It ends when no process holds its channel any more: this process, or one forked from it. Then it
    removes the folder with the `modules` of its workers. For the arguments see
    `copy_worker_modules`.
    """

    def __init__(self, arrays: str = NUMPY_ARRAYS, added: Iterable[str] = ()) -> None:
        folder = Path(tempfile.mkdtemp(prefix="gradus-server-")).resolve()
        self.modules = folder / "modules"
        copy_worker_modules(self.modules, added, arrays)
        packages = (*WORKER_PACKAGES, *third_party_imports(arrays))
        settings = {
            "modules": str(self.modules),
            "folder": str(folder),
            "packages": installed_packages(packages).modules,
            "arrays": arrays,
            "preloaded": [*FRAMEWORK],
        }
        self._errors = folder / "errors"
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        entry = self.modules / "autograder" / "sandbox" / "worker" / "fork_server.py"
        with theirs, self._errors.open("wb") as stderr:
            self.process = subprocess.Popen(
                [interpreter(), "-I", "-S", "-B", str(entry), json.dumps(settings)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                env=environment(str(folder)),
                cwd=folder,
                start_new_session=True,
            )
        self.close = weakref.finalize(self, _end, self._channel, self.process, os.getpid())

    def errors(self) -> str:
        """Return what the server has written to its standard error, as far as it is there."""
        with suppress(OSError):
            return self._errors.read_text("utf-8", "replace").strip()[-500:]
        return ""

    def fork(self, argv: list[str], scratch: str) -> ForkedProcess:
        """Fork a process that runs the Python program `argv` in the folder `scratch`.

        Raises an `OSError` if the server has ended, or if too many descriptors are open.
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
            mine.settimeout(FORK_SECONDS)
            mine.sendall(_program(argv, scratch))
            mine.shutdown(socket.SHUT_WR)
            ours.pop_all()
        return ForkedProcess(mine, (stdin[1], stdout[0], stderr[0]), scratch)


def _program(argv: list[str], scratch: str) -> bytes:
    """Return the program `argv` for the server: without the interpreter and its options."""
    program, *options = argv
    while options and options[0] in ("-I", "-S", "-B", "-Xutf8"):
        options.pop(0)
    if program != interpreter() or not options:
        raise SandboxError(f"a fork server runs programs of {interpreter()}, not {program}")
    content = {"argv": options, "environment": environment(scratch), "folder": scratch}
    return json.dumps(content).encode()


def _end(channel: socket.socket, process: subprocess.Popen[bytes], owner: int) -> None:
    """Close the channel, at which the server ends; only the process that started it waits."""
    channel.close()
    if os.getpid() != owner:
        return
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:  # other processes hold the channel
        process.returncode = 0  # they end it


class ForkedProcess:
    """A process of a fork server, with the interface of `subprocess.Popen`.

    Its id belongs to no other process until `wait` has returned its status. By `channel` the server
    tells both.
    """

    def __init__(self, channel: socket.socket, pipes: tuple[int, int, int], scratch: str) -> None:
        self._channel, self.scratch = channel, scratch
        self._pid = 0
        self.returncode: int | None = None
        self.stdin: IO[bytes] = os.fdopen(pipes[0], "wb", buffering=0)
        self.stdout: IO[bytes] = os.fdopen(pipes[1], "rb")
        self.stderr: IO[bytes] = os.fdopen(pipes[2], "rb")

    @property
    def pid(self) -> int:
        """Its process id; waits until the server has forked it."""
        if not self._pid:
            with suppress(EOFError):
                self._pid = self._number(FORK_SECONDS) or 0
        if not self._pid:
            raise SandboxError("the fork server has forked no worker: run the command again")
        return self._pid

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit status, as `subprocess.Popen.wait` does."""
        if self.returncode is None:
            pid = self.pid  # it comes before the status
            try:
                status = self._number(timeout)
            except EOFError:
                status = LOST
            if status is None:
                raise subprocess.TimeoutExpired(f"worker {pid}", timeout or 0.0)
            self.returncode = status
            self._channel.close()
        return self.returncode

    def kill(self) -> None:
        """End its first process; nothing where it has ended."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def _number(self, seconds: float | None) -> int | None:
        """Return the next number from the server; None if it is late, `EOFError` at its end."""
        watch = select.poll()
        watch.register(self._channel, select.POLLIN)
        if not watch.poll(None if seconds is None else max(0.0, seconds) * 1000):
            return None
        data = self._channel.recv(NUMBER.size)
        if len(data) < NUMBER.size:
            raise EOFError
        return int(NUMBER.unpack(data)[0])
