"""The sandbox of a fork server: a worker is forked in milliseconds, and confines itself."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.isolation.confine import FilesystemView, Limits
from autograder.isolation.sandboxes.base import Sandbox
from autograder.isolation.sandboxes.filesystem_view import build_view, interpreter
from autograder.isolation.sandboxes.forked.process import ForkedProcess
from autograder.isolation.sandboxes.installed_packages import installed_packages
from autograder.isolation.sandboxes.processes import RunningProcess
from autograder.isolation.sandboxes.scratch import empty_scratch
from autograder.isolation.sandboxes.worker_modules import NUMPY_ARRAYS, WORKER_PACKAGES
from framework.errors import SandboxError

if TYPE_CHECKING:
    from autograder.isolation.sandboxes.forked.server import ForkServer

#: Seconds that the trial of `unavailable` may take, the start of the server included.
_TRIAL_SECONDS = 30.0

#: A worker that confines itself, and says what it could not contain.
_TRIAL = """
import json, sys
from autograder.isolation.confine import FilesystemView, Limits
from autograder.isolation.confine.phases import isolate, lock
view, limits = FilesystemView.from_json(sys.argv[1]), Limits()
print(json.dumps(lock(view, limits, isolate(view, limits))))
"""


class ForkSandbox(Sandbox):
    """Forks workers from a server that holds NumPy and the worker and nothing else.

    There is one server for each backend, and for each set of modules of `framework` that a course
    adds. It starts with the first use, and again where it has ended. Processes that are forked
    from this one share it.

    Args:
        allow_weaker: whether workers start although something cannot be contained.
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
        """Try it for real: fork a worker that confines itself."""
        if sys.platform != "linux":
            return "it needs Linux: use `--sandbox process`"
        try:
            self.require(self._tried())
        except (SandboxError, OSError, ValueError, subprocess.TimeoutExpired) as error:
            return str(error)
        return None

    def _tried(self) -> list[str]:
        """Return what a worker says that it cannot contain."""
        with tempfile.TemporaryDirectory(prefix="gradus-trial-") as scratch:
            files = [self.modules(NUMPY_ARRAYS), *installed_packages(WORKER_PACKAGES).files]
            view = build_view(files, Path(scratch))
            argv = [interpreter(), "-I", "-S", "-B", "-c", _TRIAL, view.to_json()]
            process = self.spawn(argv, view, Limits())
            try:
                process.wait(_TRIAL_SECONDS)
                said, errors = process.stdout.read(), process.stderr.read()
            finally:
                self.kill(process)
                process.close()
        if not said:
            raise SandboxError(f"a worker of the fork server did not start: {errors.decode()}")
        found: list[str] = json.loads(said)
        return found

    def require(self, uncontained: Sequence[str]) -> None:
        """Refuse what is not contained, unless weaker containment is allowed."""
        if uncontained and not self.allow_weaker:
            raise SandboxError(
                f"this system does not contain everything: {'; '.join(uncontained)}. Use "
                "`--sandbox bubblewrap`, or `--allow-weaker` for submissions that you trust"
            )

    def modules(self, arrays: str, added: tuple[str, ...] = ()) -> Path:
        """Return the folder with the modules that all workers of one server have."""
        from autograder.isolation.sandboxes.forked.server import ForkServer  # few commands fork

        key = (arrays, tuple(sorted(added)))
        if key not in self._servers:
            self._servers[key] = ForkServer(arrays, key[1])
        return self._servers[key].modules

    def spawn(self, argv: list[str], view: FilesystemView, limits: Limits) -> ForkedProcess:
        """Fork a worker that runs `argv`; see `Sandbox.spawn`."""
        if view.devices:
            raise SandboxError("a fork server has no GPU: use another sandbox with `--device cuda`")
        server = self._server_of(argv)
        try:
            return server.fork(argv, view.scratch)
        except OSError as error:
            said = server.errors()
            self._forget(server)
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

    def _server_of(self, argv: list[str]) -> ForkServer:
        """Return the server whose modules hold the program `argv`; NumPy's for all others."""
        for server in self._servers.values():
            if any(str(server.modules) in word for word in argv[-2:-1]):
                return server
        self.modules(NUMPY_ARRAYS)
        return self._servers[NUMPY_ARRAYS, ()]

    def _forget(self, server: ForkServer) -> None:
        """Have a new server started in place of `server` when one is needed."""
        self._servers = {key: one for key, one in self._servers.items() if one is not server}
        server.close()
