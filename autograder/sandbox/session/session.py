"""How checks reach the code under test, or the reference, wherever it runs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

from autograder.sandbox.session.calls import CallLog
from autograder.sandbox.session.requests import Outcome, Step
from autograder.sandbox.wire import Handle

if TYPE_CHECKING:
    import numpy as np

    from autograder.conversations.transcript import Transcript


class Session(ABC):
    """A conversation with the code under test, or with the reference.

    Attributes:
        calls: what this check has called so far.
        uncontained: sentences about what the sandbox could not contain on this system.
        transcript: the requests of this check and their answers; None if they are not recorded.
    """

    uncontained: tuple[str, ...] = ()
    transcript: Transcript | None = None

    def __init__(self) -> None:
        self.calls = CallLog()

    @abstractmethod
    def run(self, steps: Sequence[Step]) -> list[Outcome]:
        """Run the steps in order; raises a `SubmissionFault` if one fails."""

    def begin(self) -> None:
        """Start a check: objects of earlier ones are forgotten."""
        self.calls.clear()

    def printed(self) -> str:
        """Return what was printed since the last call, where it is captured."""
        return ""

    def close(self) -> None:  # noqa: B027 - most conversations have no process to end
        """End the conversation."""


class ForwardingSession(Session):
    """A conversation that passes its requests on to another one, `inner`."""

    def __init__(self, inner: Session) -> None:
        self._inner = inner
        self.calls = inner.calls

    def run(self, steps: Sequence[Step]) -> list[Outcome]:
        """Run the steps in order; raises a `SubmissionFault` if one fails."""
        return self._inner.run(steps)

    def begin(self) -> None:
        """Start a check: objects of earlier ones are forgotten."""
        self._inner.begin()

    def printed(self) -> str:
        """Return what was printed since the last call."""
        return self._inner.printed()

    def close(self) -> None:
        """End the conversation."""
        self._inner.close()


class OnRecord(Session):
    """A session with the reference whose answers are recorded, or come from a recording.

    What a submission has learned is not known when a recording is made. So no answer may depend
    on it.

    Attributes:
        unconfirmed: whether this check did without an answer for learned parameters.
    """

    unconfirmed = False

    @abstractmethod
    def lose(self, handle: Handle) -> None:
        """Give no answers about the object of `handle` from now on: it has learned parameters."""

    @abstractmethod
    def begin_check(self, check: str) -> None:
        """Start the check with this id."""

    @abstractmethod
    def generator(self, check: str, rng: np.random.Generator) -> np.random.Generator:
        """Return the generator of the check with this id, in place of `rng`."""
