"""The sandbox without a helper program: the worker confines itself as far as the kernel allows."""

from __future__ import annotations

import subprocess

from autograder.isolation.confine import FilesystemView, Limits
from autograder.isolation.sandboxes.base import Sandbox, start


class ProcessSandbox(Sandbox):
    """Starts the worker as it is, in its own session; `isolate` and `lock` do the rest, inside.

    What they could not contain on this system, the worker reports itself.
    """

    name = "process"

    def unavailable(self) -> str | None:
        """Return None: it is available everywhere."""
        return None

    def spawn(
        self, argv: list[str], view: FilesystemView, limits: Limits
    ) -> subprocess.Popen[bytes]:
        """Start `argv`; see `Sandbox.spawn`."""
        return start(argv, view.scratch)
