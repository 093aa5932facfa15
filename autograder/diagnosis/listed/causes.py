"""Mistakes that are in the code together, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace

from autograder.course.mistakes import Mistake
from autograder.diagnosis.exchanges import View
from autograder.diagnosis.flaws import flaw_of
from autograder.diagnosis.matching import EXACT
from autograder.diagnosis.recorded import RecordedCheck
from autograder.record.results import Diagnosis


@dataclass(frozen=True)
class Cause:
    """Mistakes that are in the code together, the main one first."""

    mistakes: tuple[Mistake, ...] = ()

    def beside(self, mistake: Mistake) -> Cause:
        """Return this cause with one more mistake."""
        return Cause((*self.mistakes, mistake))

    def applied(self, source: str) -> str:
        """Return the solution's text with all of these mistakes.

        Raises:
            BadInputError: they change the same place.
        """
        for mistake in self.mistakes:
            source = mistake.apply(source)
        return source


@dataclass
class Joined:
    """What was found of one task.

    Attributes:
        cause: the mistakes that are in the code.
        found: the diagnosis of each explained check, by its id.
        view: which differences between answers count.
        complete: the ids of the checks of which all answers are explained.
    """

    cause: Cause = field(default_factory=Cause)
    found: dict[str, Diagnosis] = field(default_factory=dict)
    view: View = EXACT
    complete: Set[str] = frozenset()

    @property
    def main(self) -> Diagnosis:
        """The diagnosis of the main cause."""
        return told(self.cause.mistakes[:1])


def told(mistakes: Sequence[Mistake]) -> Diagnosis:
    """Return the diagnosis of the first mistake, with the last one beside it."""
    main, *others = (Diagnosis(m.id, m.sentence, m.hint) for m in mistakes)
    return replace(main, second=others[-1]) if others else main


def tell_flaw(check: RecordedCheck, found: dict[str, Diagnosis]) -> None:
    """Add the flaw of the form that stands beside the diagnosis of a check."""
    said, flaw = found.get(check.id), flaw_of(check)
    if said is not None and flaw is not None and said.second is None:
        found[check.id] = replace(said, second=flaw)
