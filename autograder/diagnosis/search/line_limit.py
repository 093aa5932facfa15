"""A limit on the lines of Python that a trial executes, where no process can be forked.

The count of lines is the same on every machine. The limit ends endless loops; a loop inside one
call of NumPy always ends.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

#: Lines of Python in a second, about.
LINES_PER_SECOND = 1_000_000


class LineLimitExceeded(BaseException):
    """A trial overran. It is no `Exception`, so that ``except Exception`` lets it pass."""


class _Counter:
    """Counts the lines that this thread executes, and raises an exception after `left` lines."""

    def __init__(self, left: float) -> None:
        self.left = left

    def trace(self, frame: FrameType, event: str, argument: Any) -> Any:
        self.left -= 1
        if self.left < 0:
            raise LineLimitExceeded
        return self.trace


#: The counter in force.
_counter: _Counter | None = None


@contextmanager
def lines_limited(seconds: float) -> Iterator[None]:
    """End the block after the lines that a machine executes in `seconds`."""
    global _counter  # noqa: PLW0603 - a thread has only one such function
    before, _counter = sys.gettrace(), _Counter(seconds * LINES_PER_SECOND)
    sys.settrace(_counter.trace)
    try:
        yield
    except LineLimitExceeded:
        pass  # the trial has failed
    finally:
        sys.settrace(before)
        _counter = None


def check_lines() -> None:
    """Raise `LineLimitExceeded` if the limit was reached and its exception was caught."""
    if _counter is not None and _counter.left < 0:
        raise LineLimitExceeded
