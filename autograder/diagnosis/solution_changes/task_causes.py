"""The search for the listed mistakes behind the failed checks of one task.

Each failed check is explained for itself. Then the explanations are joined: the main cause is the
mistake that explains most checks. Another mistake is reported beside it only if the solution with
both gives the submission's answers, so that two explanations never contradict each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import combinations

from autograder.course.mistakes import Mistake
from autograder.diagnosis.exchanges import View
from autograder.diagnosis.flaws import flaw_of
from autograder.diagnosis.recorded import RecordedCheck, TaskChecks
from autograder.diagnosis.replay import SourceModule
from autograder.diagnosis.solution_changes.answer_matcher import EXACT, AnswerMatcher
from autograder.results.report import Diagnosis


@dataclass(frozen=True)
class ListedCause:
    """Mistakes that are in the code together, the main one first."""

    mistakes: tuple[Mistake, ...] = ()

    def beside(self, mistake: Mistake) -> ListedCause:
        """Return this cause with one more mistake."""
        return ListedCause((*self.mistakes, mistake))

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

    cause: ListedCause = field(default_factory=ListedCause)
    found: dict[str, Diagnosis] = field(default_factory=dict)
    view: View = EXACT
    complete: Set[str] = frozenset()

    @property
    def main(self) -> Diagnosis:
        """The diagnosis of the main cause."""
        return diagnosis_of(self.cause.mistakes[:1])


def diagnosis_of(mistakes: Sequence[Mistake]) -> Diagnosis:
    """Return the diagnosis of the first mistake, with the last one beside it."""
    main, *others = (Diagnosis(m.id, m.sentence, m.hint) for m in mistakes)
    return replace(main, second=others[-1]) if others else main


def add_flaw(check: RecordedCheck, diagnoses: dict[str, Diagnosis]) -> None:
    """Add the flaw of the form that stands beside the diagnosis of a check."""
    said, flaw = diagnoses.get(check.id), flaw_of(check)
    if said is not None and flaw is not None and said.second is None:
        diagnoses[check.id] = replace(said, second=flaw)


#: With fewer wrong facts, two mistakes may give the same answers by chance. An explanation of fewer
#: facts must explain all failed checks of the same method.
CERTAIN = 6
#: Maximum number of mistakes that are reported for one task.
MOST = 3
#: Maximum number of trials of two mistakes together, for one task.
PAIRS = 600


@dataclass
class TaskSearch:
    """The search for the mistakes behind the failed checks of one task.

    Args:
        module: returns the solution with some mistakes; None if they exclude each other.
        view: which differences between answers count.
        concerning: the mistakes that can fail a check of the task, its own first.
    """

    module: Callable[[ListedCause], SourceModule | None]
    matcher: AnswerMatcher
    checks: TaskChecks
    view: View
    concerning: Sequence[Mistake]
    _agreeing: dict[tuple[ListedCause, bool], bool] = field(default_factory=dict)

    def joined(self) -> Joined:
        """Return the mistakes that explain checks completely."""
        result = Joined(view=self.view)
        for mistake, explained in self._ranked_singles():
            self._join(result, mistake, explained)
        with self.matcher.trials.at_most(PAIRS):
            self._join_pairs(result)
        result.complete = frozenset(result.found)
        return result

    def _ranked_singles(self) -> list[tuple[Mistake, list[RecordedCheck]]]:
        """Return the mistakes that explain checks, those that explain most checks first."""
        explained: dict[Mistake, list[RecordedCheck]] = {}
        for check in self.checks.failed:
            if any(check in others for others in explained.values()):
                continue
            hits = [m for m in self.concerning if m not in explained and self._holds(m, check)]
            for mistake in hits:
                others = (other for other in self.checks.failed if other is not check)
                explained[mistake] = [
                    check,
                    *(other for other in others if self._holds(mistake, other)),
                ]
        ranked = sorted(explained.items(), key=lambda item: -len(item[1]))
        if len(ranked) > 1 and len(ranked[0][1]) == len(ranked[1][1]):
            most = len(ranked[0][1])
            equal = [item for item in ranked if len(item[1]) == most]
            equal.sort(key=lambda item: self._contradictions(ListedCause((item[0],)), item[1]))
            ranked[: len(equal)] = equal
        return ranked

    def _contradictions(self, cause: ListedCause, explained: Sequence[RecordedCheck]) -> int:
        """Return how many other failed checks contradict `cause`, in the methods it explains."""
        module, methods = self.module(cause), {c.method for c in explained if c.method}
        others = [check for check in self.checks.failed if check not in explained]
        if module is None:
            return len(others)
        agrees = self.matcher.explains_part
        return sum(not all(agrees(module, c, method, 0) for method in methods) for c in others)

    def _holds(self, mistake: Mistake, check: RecordedCheck) -> bool:
        cause = ListedCause((mistake,))
        return self._agrees(cause) and self._explains(cause, check)

    def _explains(self, cause: ListedCause, check: RecordedCheck) -> bool:
        module = self.module(cause)
        return module is not None and self.matcher.explains(module, check, self.view)

    def _agrees(self, cause: ListedCause, strictly: bool = False) -> bool:
        """Return whether no passed check contradicts.

        Args:
            strictly: compare passed checks with wrong answers too; another mistake may give these.
        """
        key = cause, strictly
        if key not in self._agreeing:
            module = self.module(cause)
            passed = [c for c in self.checks.passed if c.is_wrong_in(self.view) == strictly]
            self._agreeing[key] = module is not None and self.matcher.agrees_with_all(
                module, passed, self.view
            )
        return self._agreeing[key]

    def _join(self, result: Joined, mistake: Mistake, explained: Sequence[RecordedCheck]) -> None:
        """Add a mistake that explains checks alone, unless it contradicts what was found."""
        new = [check for check in explained if check.id not in result.found]
        if not new or len(result.cause.mistakes) >= MOST:
            return
        both = result.cause.beside(mistake)
        if not self._is_certain(result, both, new):
            return
        if result.found and not self._explains_all(both, result, new):
            return
        result.cause = both
        result.found |= {check.id: diagnosis_of((mistake,)) for check in new}

    def _explains_all(
        self, cause: ListedCause, result: Joined, new: Sequence[RecordedCheck]
    ) -> bool:
        old = [check for check in self.checks.failed if check.id in result.found]
        return all(self._explains(cause, check) for check in (*new, *old)) and self._agrees(cause)

    def _is_certain(self, result: Joined, cause: ListedCause, new: Sequence[RecordedCheck]) -> bool:
        """Return whether enough facts are explained, or nothing of the same method is left.

        Answers of NaN alone, or of one common number, are a fact only if the method was right in
        another check.
        """
        facts = sum(check.evidence_of(self.view) for check in new if not check.is_common)
        if facts >= CERTAIN:
            return True
        methods = {check.method for check in new}
        is_fact = facts or methods & self.checks.right_methods
        is_all = not any(c.method in methods for c in self._left(result, new))
        return bool(is_fact) and is_all and self._agrees(cause, strictly=True)

    def _left(self, result: Joined, new: Sequence[RecordedCheck] = ()) -> list[RecordedCheck]:
        """Return the failed checks that nothing explains."""
        return [c for c in self.checks.failed if c.id not in result.found and c not in new]

    def _join_pairs(self, result: Joined) -> None:
        """Add two mistakes that explain checks only together."""
        for check in self._left(result):
            if check.id in result.found:
                continue
            fitting = [c for c in self._pairs(result.cause) if self._explains(c, check)]
            for cause in self._ranked(fitting, result):
                if self._join_pair(result, cause, check):
                    break

    def _ranked(self, causes: Sequence[ListedCause], result: Joined) -> list[ListedCause]:
        """Return `causes`, those that explain most checks and contradict fewest first."""
        if len(causes) < 2:
            return list(causes)
        left = self._left(result)
        explained = {cause: [c for c in left if self._explains(cause, c)] for cause in causes}

        def rank(cause: ListedCause) -> tuple[int, int]:
            return -len(explained[cause]), self._contradictions(cause, explained[cause])

        return sorted(causes, key=rank)

    def _pairs(self, cause: ListedCause) -> Iterator[ListedCause]:
        """Yield `cause` itself and causes with one more mistake; pairs if nothing was found."""
        if len(cause.mistakes) > 1:
            yield cause
        if len(cause.mistakes) >= MOST:
            return
        if cause.mistakes:
            others = (m for m in self.concerning if m not in cause.mistakes)
            yield from map(cause.beside, others)
            return
        possible = [m for m in self.concerning if self._agrees(ListedCause((m,)))]
        yield from map(ListedCause, combinations(possible, 2))

    def _join_pair(self, result: Joined, cause: ListedCause, check: RecordedCheck) -> bool:
        others = [explained for explained in self._left(result) if explained is not check]
        new = [check, *(explained for explained in others if self._explains(cause, explained))]
        if not self._is_certain(result, cause, new) or not self._explains_all(cause, result, []):
            return False
        result.cause = self._ordered(cause, new) if not result.found else cause
        both = diagnosis_of(result.cause.mistakes)
        result.found |= {explained.id: both for explained in new}
        return True

    def _ordered(self, cause: ListedCause, checks: Sequence[RecordedCheck]) -> ListedCause:
        """Return `cause` with the mistake first that changes the answers of most checks."""
        return ListedCause(
            tuple(sorted(cause.mistakes, key=lambda m: -self._count_changed(m, checks)))
        )

    def _count_changed(self, mistake: Mistake, checks: Sequence[RecordedCheck]) -> int:
        module = self.module(ListedCause((mistake,)))
        return sum(module is not None and self.matcher.differs(module, check) for check in checks)
