"""How a check fails: one sentence, the facts under it, and what it is about."""

from __future__ import annotations

from autograder.record.results import Fact


class CheckFailed(AssertionError):
    """A check that the code under test does not meet.

    Args:
        message: one sentence for the student.
        details: facts, one a line: shapes, the worst entry with both values.
        about: the value that is wrong, as it came from a call, or the `RemoteCall` that is wrong;
            by default what was called last.
        fact: what is wrong of it, see `Fact`; a text is its `what`.
    """

    def __init__(
        self, message: str, *details: str, about: object = None, fact: Fact | str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        self.about = about
        self.fact = Fact(fact) if isinstance(fact, str) else fact


class MissedThreshold(CheckFailed):
    """A trained model that is not good enough: no single call of it is to blame."""


def expect(
    condition: bool, message: str, *details: str, about: object = None, fact: Fact | str = ""
) -> None:
    """Fail unless `condition` holds; for the other arguments see `CheckFailed`."""
    if not condition:
        raise CheckFailed(message, *details, about=about, fact=fact)
