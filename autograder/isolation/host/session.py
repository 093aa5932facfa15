"""The interface of sessions, which run the code under test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from autograder.isolation.host.calls import CallLog
from autograder.isolation.host.requests import Outcome, Step
from autograder.isolation.host.transcript import Transcript


class Session(Protocol):
    """How checks reach the code under test, wherever it runs."""

    #: What this check has called so far.
    calls: CallLog
    #: What the sandbox could not contain on this system, in sentences.
    uncontained: tuple[str, ...]
    #: The requests of this check and their answers; None if they are not recorded.
    transcript: Transcript | None

    def run(self, steps: Sequence[Step]) -> list[Outcome]:
        """Run the steps in order; raises a `SubmissionFault` if one fails."""

    def begin(self) -> None:
        """Start a check: objects of earlier ones are forgotten."""

    def printed(self) -> str:
        """What was printed since the last call."""

    def close(self) -> None:
        """End the conversation."""
