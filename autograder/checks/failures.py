"""How a check fails: one sentence, and the facts under it."""

from __future__ import annotations


class CheckFailed(AssertionError):
    """A check that the code under test does not meet.

    Args:
        message: one sentence for the student.
        details: facts, one a line: shapes, the worst entry with both values.
    """

    def __init__(self, message: str, *details: str) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class MissedThreshold(CheckFailed):
    """A trained model that is not good enough: no single call of it is to blame."""


def expect(condition: bool, message: str, *details: str) -> None:
    """Fail with `message` unless `condition` holds."""
    if not condition:
        raise CheckFailed(message, *details)
