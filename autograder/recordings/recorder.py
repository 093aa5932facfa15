"""Records what checks draw, ask the reference and receive.

One recording serves every grading with the same seed: that of a student kit, which has no solution,
and that of a class, which asks the reference once and not once per submission.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograder.isolation.host.faults import NotRecorded
from autograder.isolation.host.remote import OnRecord, Session
from autograder.isolation.host.requests import Outcome, Step
from autograder.isolation.host.transcript import Transcript
from autograder.isolation.wire import Handle
from autograder.recordings.draws import RecordingGenerator
from autograder.recordings.matching import handles_in
from autograder.recordings.tape import (
    Exchange,
    Tape,
    outcome_fields,
    outcome_from,
    plain,
    plain_steps,
)


class RecordingSession(OnRecord):
    """The conversation with the reference, which is recorded check by check.

    Args:
        inner: the conversation itself.

    Attributes:
        tapes: what was recorded of each check, by its id.
    """

    def __init__(self, inner: Session) -> None:
        self._inner = inner
        self.calls = inner.calls
        self.uncontained: tuple[str, ...] = ()
        self.transcript: Transcript | None = None
        self.tapes: dict[str, Tape] = {}
        self._lost: set[int] = set()
        self._tape = Tape()

    def begin_check(self, check: str) -> None:
        """Start the tape of the check with this id; a second try begins it anew."""
        self._tape = self.tapes[check] = Tape()
        self.unconfirmed = False

    def generator(self, check: str, rng: np.random.Generator) -> np.random.Generator:
        """Return the generator of `check`, which records what it draws."""
        return RecordingGenerator(rng, self.tapes[check].draws)

    def begin(self) -> None:
        """Start a check: objects of earlier ones are forgotten."""
        self._inner.begin()
        self._lost.clear()
        self.unconfirmed = False

    def run(self, steps: Sequence[Step]) -> list[Outcome]:
        """Run the steps, and record them with their outcomes."""
        request = plain_steps(steps)
        if any(handle.id in self._lost for handle in handles_in(request)):
            raise NotRecorded("asks the reference about learned parameters")
        outcomes = self._inner.run(steps)
        kept = [outcome_from(plain(outcome_fields(outcome))) for outcome in outcomes]
        self._tape.exchanges.append(Exchange(request, kept, len(self._tape.draws)))
        return outcomes

    def lose(self, handle: Handle) -> None:
        """Answer nothing about the object of `handle` from now on."""
        self._lost.add(handle.id)

    def printed(self) -> str:
        """Return what was printed since the last call."""
        return self._inner.printed()

    def close(self) -> None:
        """End the conversation."""
        self._inner.close()
