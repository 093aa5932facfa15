"""A sandbox: `grade --sandbox small --plugin FILE`."""

from dataclasses import replace
from subprocess import Popen

from autograder.sandbox.confine import FilesystemView, Limits
from autograder.sandbox.runners.base import ProcessSandbox
from framework.hookspecs import hookimpl


class SmallSandbox(ProcessSandbox):
    """The sandbox `process` with 1 GiB of memory."""

    name = "small"

    def spawn(self, argv: list[str], view: FilesystemView, limits: Limits) -> Popen[bytes]:
        """Start `argv` with less memory."""
        return super().spawn(argv, view, replace(limits, memory=2**30))


@hookimpl
def register_sandboxes() -> dict[str, str]:
    """Offer `small`."""
    return {"small": f"{__file__}:SmallSandbox"}
