"""Which sandbox a run uses."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.isolation.sandboxes.base import Sandbox
from autograder.isolation.sandboxes.bubblewrap import BubblewrapSandbox
from autograder.isolation.sandboxes.process import ProcessSandbox
from framework.errors import SandboxError, UnknownNameError
from framework.log import logger

AUTO = "auto"

_log = logger("sandbox")

BUILT_IN: dict[str, type[Sandbox]] = {
    BubblewrapSandbox.name: BubblewrapSandbox,
    ProcessSandbox.name: ProcessSandbox,
}


def choose(name: str, available: Mapping[str, type[Sandbox]] = BUILT_IN) -> Sandbox:
    """Return the sandbox of that name; `auto` is bubblewrap where it works, else `process`.

    Args:
        name: what was asked for.
        available: every sandbox there is, those of plugins included.

    Raises:
        UnknownNameError: there is none of that name.
        SandboxError: it does not work here; there is no falling back from an explicit wish.
    """
    if name == AUTO:
        return _choose_automatically()
    if name not in available:
        raise UnknownNameError("sandbox", name, [AUTO, *available], "gradus plugins")
    sandbox = available[name]()
    reason = sandbox.unavailable()
    if reason is not None:
        raise SandboxError(f"sandbox '{name}': {reason}")
    _log.info("%s, as asked for", name)
    return sandbox


def _choose_automatically() -> Sandbox:
    bubblewrap = BubblewrapSandbox()
    reason = bubblewrap.unavailable()
    if reason is not None:
        _log.info("%s, since %s", ProcessSandbox.name, reason)
        return ProcessSandbox()
    _log.info("%s, the automatic choice", bubblewrap.name)
    return bubblewrap
