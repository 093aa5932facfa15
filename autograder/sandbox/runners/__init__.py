"""Sandboxes, by name: each starts a worker that sees its `FilesystemView` and nothing else.

- base: what every sandbox offers, `process`, which needs no helper, and `bubblewrap`
- fork: the other one
- filesystem_view: what a worker has to see
- worker_modules: the modules of gradus for it
- pipes: the pipes of a worker
- processes: trees of processes, watched and ended
- portable: pipes and processes where the system is not Linux
"""

from __future__ import annotations

from collections.abc import Mapping

from autograder.sandbox.runners.base import BubblewrapSandbox, ProcessSandbox, Sandbox
from autograder.sandbox.runners.filesystem_view import build_view, interpreter, site_folders
from autograder.sandbox.runners.fork import ForkSandbox
from framework.errors import SandboxError, UnknownNameError, UsageError
from framework.log import logger

__all__ = ["AUTO", "BUILT_IN", "Sandbox", "build_view", "choose", "interpreter", "site_folders"]

AUTO = "auto"
BUILT_IN: dict[str, type[Sandbox]] = {
    sandbox.name: sandbox for sandbox in (BubblewrapSandbox, ProcessSandbox, ForkSandbox)
}

_log = logger("sandbox")


def choose(
    name: str,
    available: Mapping[str, type[Sandbox]] = BUILT_IN,
    *,
    allow_weaker: bool = False,
) -> Sandbox:
    """Return the sandbox of that name; `auto` is bubblewrap where it works, else `process`.

    Args:
        name: what was asked for.
        available: every sandbox there is, those of plugins included.
        allow_weaker: whether workers start that cannot contain everything on this system.

    Raises:
        UnknownNameError: there is none of that name.
        UsageError: `allow_weaker` is for another sandbox.
        SandboxError: it does not work here; there is no falling back from an explicit wish.
    """
    if allow_weaker and name != ForkSandbox.name:
        raise UsageError(
            f"--allow-weaker is for `--sandbox {ForkSandbox.name}`: '{name}' does not refuse to "
            "start where something cannot be contained, or always does"
        )
    if name not in (AUTO, *available):
        raise UnknownNameError("sandbox", name, [AUTO, *available], "gradus plugins")
    sandbox: Sandbox
    if name == AUTO:
        sandbox, why = BubblewrapSandbox(), "the automatic choice"
    else:
        sandbox = ForkSandbox(allow_weaker=True) if allow_weaker else available[name]()
        why = "as asked for"
    reason = sandbox.unavailable()
    if name == AUTO and reason is not None:
        sandbox, why = ProcessSandbox(), f"since {reason}"
        reason = sandbox.unavailable()
    if reason is not None:
        raise SandboxError(f"sandbox '{sandbox.name}': {reason}")
    _log.info("%s, %s", sandbox.name, why)
    return sandbox
