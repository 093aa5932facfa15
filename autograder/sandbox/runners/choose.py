"""Which sandbox a run uses."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.sandbox.runners.base import ProcessSandbox, Sandbox
from autograder.sandbox.runners.bubblewrap import BubblewrapSandbox
from autograder.sandbox.runners.fork import ForkSandbox
from framework.errors import SandboxError, UnknownNameError, UsageError
from framework.log import logger

AUTO = "auto"

_log = logger("sandbox")

BUILT_IN: dict[str, type[Sandbox]] = {
    BubblewrapSandbox.name: BubblewrapSandbox,
    ProcessSandbox.name: ProcessSandbox,
    ForkSandbox.name: ForkSandbox,
}


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
    if name == AUTO:
        return _choose_automatically()
    if name not in available:
        raise UnknownNameError("sandbox", name, [AUTO, *available], "gradus plugins")
    sandbox = ForkSandbox(allow_weaker=True) if allow_weaker else available[name]()
    _available(sandbox)
    _log.info("%s, as asked for", name)
    return sandbox


def _available(sandbox: Sandbox) -> Sandbox:
    """Return `sandbox`.

    Raises:
        SandboxError: it does not work here.
    """
    reason = sandbox.unavailable()
    if reason is not None:
        raise SandboxError(f"sandbox '{sandbox.name}': {reason}")
    return sandbox


def _choose_automatically() -> Sandbox:
    bubblewrap = BubblewrapSandbox()
    reason = bubblewrap.unavailable()
    if reason is not None:
        _log.info("%s, since %s", ProcessSandbox.name, reason)
        return _available(ProcessSandbox())
    _log.info("%s, the automatic choice", bubblewrap.name)
    return bubblewrap
