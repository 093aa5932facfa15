"""The sandbox without a helper program: the worker confines itself as far as the kernel allows."""

from __future__ import annotations

import select
import subprocess

from autograder.isolation.confine import FilesystemView, Limits
from autograder.isolation.sandboxes.base import Sandbox, start

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
