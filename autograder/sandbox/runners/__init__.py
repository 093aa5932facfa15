"""Sandboxes, by name: each starts a worker that sees its `FilesystemView` and nothing else.

- base: what every sandbox offers, `process`, which needs no helper, and `bubblewrap`
- fork: the other one
- filesystem_view: what a worker has to see
- worker_modules: the modules of gradus for it
- processes: trees of processes, watched and ended
- portable_processes: pipes and processes where the system is not Linux
"""

from __future__ import annotations

from collections.abc import Mapping

from autograder.sandbox.runners.base import BubblewrapSandbox, ProcessSandbox, Sandbox
from autograder.sandbox.runners.filesystem_view import build_view, interpreter, site_folders
from framework.errors import SandboxError, UnknownNameError, UsageError
from framework.importing import load_target
from framework.log import logger

__all__ = ["AUTO", "BUILT_IN", "Sandbox", "build_view", "choose", "interpreter", "site_folders"]

AUTO = "auto"
FORK = "fork"
_HERE = "autograder.sandbox.runners"
#: Name of a sandbox -> where its class is.
BUILT_IN = {
    "bubblewrap": f"{_HERE}.base:BubblewrapSandbox",
    "process": f"{_HERE}.base:ProcessSandbox",
    FORK: f"{_HERE}.fork:ForkSandbox",
}

_log = logger("sandbox")


def choose(
    name: str,
    available: Mapping[str, str] = BUILT_IN,
    *,
    allow_weaker: bool = False,
) -> Sandbox:
    """Return the sandbox of that name; `auto` is bubblewrap where it works, else `process`.

    Args:
        available: name -> where the class is, those of plugins included.
        allow_weaker: whether workers start that cannot contain everything on this system.

    Raises:
        SandboxError: it does not work here; there is no falling back from an explicit wish.
    """
    if allow_weaker and name != FORK:
        raise UsageError(
            f"--allow-weaker is for `--sandbox {FORK}`: '{name}' does not refuse to "
            "start where something cannot be contained, or always does"
        )
    if name not in (AUTO, *available):
        raise UnknownNameError("sandbox", name, [AUTO, *available], "gradus plugins")
    sandbox: Sandbox
    if name == AUTO:
        sandbox, why = BubblewrapSandbox(), "the automatic choice"
    else:
        options = {"allow_weaker": True} if allow_weaker else {}
        sandbox = load_target(available[name])(**options)
        why = "as asked for"
    reason = sandbox.unavailable()
    if name == AUTO and reason is not None:
        sandbox, why = ProcessSandbox(), f"since {reason}"
        reason = sandbox.unavailable()
    if reason is not None:
        raise SandboxError(f"sandbox '{sandbox.name}': {reason}")
    _log.info("%s, %s", sandbox.name, why)
    return sandbox
