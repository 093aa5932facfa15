"""Turns an exception of the submission into a plain description."""

from __future__ import annotations

import traceback
from pathlib import PurePath
from typing import Any

from framework.errors import GradusError

MAX_MESSAGE = 2000
MAX_FRAMES = 12


class NotDefinedError(GradusError):
    """The submission does not define a `name` that the exercise asks for."""

    def __init__(self, message: str, name: str = "") -> None:
        super().__init__(message)
        self.name = name


class BreakpointReached(BaseException):
    """The submission has called ``breakpoint()``, and there is no terminal."""


def no_debugger(*args: object, **kwargs: object) -> None:
    """Take the place of the debugger that ``breakpoint()`` starts.

    Raises:
        BreakpointReached: always.
    """
    raise BreakpointReached("breakpoint()")


class PartMissingError(GradusError):
    """A network asks for a part that another exercise would give and that is not there."""

    def __init__(self, name: str) -> None:
        super().__init__(f"needs '{name}'")
        self.name = name


def describe(error: BaseException, folder: str) -> dict[str, Any]:
    """Return a description of `error` made of text and numbers.

    Args:
        folder: only frames of files in this folder are reported.

    Returns:
        ``kind`` (raised, not_written, not_defined, part_missing, memory), ``type``, ``message`` and
        ``frames``: (file, line, function) from the outermost to the innermost; for a name that is
        not defined, this ``name`` too.
    """
    named = {"name": error.name} if isinstance(error, NotDefinedError) else {}
    return {
        **named,
        "kind": _kind(error),
        "type": type(error).__name__[:100],
        "message": _message(error, folder),
        "frames": _frames(error, folder),
    }


def _kind(error: BaseException) -> str:
    if isinstance(error, NotImplementedError):
        return "not_written"
    if isinstance(error, NotDefinedError):
        return "not_defined"
    if isinstance(error, PartMissingError):
        return "part_missing"
    return "memory" if isinstance(error, MemoryError) else "raised"


def _message(error: BaseException, folder: str) -> str:
    try:
        text = str(error)
        if isinstance(error, SyntaxError) and error.msg:  # the frames have its line
            text = error.msg
        # The folder is temporary, and its name has no meaning for a student.
        return (text.replace(f"{folder}/", "") if folder else text)[:MAX_MESSAGE]
    except BaseException:
        return "(its message cannot be shown)"


def _frames(error: BaseException, folder: str) -> list[list[Any]]:
    frames = []
    if isinstance(error, SyntaxError) and str(error.filename).startswith(folder or "\0"):
        frames.append([PurePath(str(error.filename)).name, error.lineno or 0, "<module>"])
    for frame, line in traceback.walk_tb(error.__traceback__):
        path = PurePath(frame.f_code.co_filename)
        if folder and str(path.parent) == folder:
            frames.append([path.name, line, frame.f_code.co_name[:100]])
    return frames[-MAX_FRAMES:]
