"""Diagnosis by the listed mistakes of an exercise, alone or two of them together.

Each failed check is explained for itself. Then the explanations are joined: the main cause is the
mistake that explains most checks. Another mistake is reported beside it only if the solution with
both gives the submission's answers, so that two explanations never contradict each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import combinations

from autograder.course.mistakes import Mistake, load_mistakes
from autograder.diagnosis.exchanges import View
from autograder.diagnosis.flaws import flaw_of
from autograder.diagnosis.matching import EXACT, LOOSE, Matcher
from autograder.diagnosis.recorded import RecordedCheck, TaskChecks
from autograder.diagnosis.replay import SourceModule
from autograder.record.results import Diagnosis
from framework.errors import BadInputError

#: With fewer wrong facts, two mistakes may give the same answers by chance. An explanation of fewer
#: facts must explain all failed checks of the same method.
CERTAIN = 6
#: Maximum number of mistakes that are reported for one task.
MOST = 3
#: Maximum number of trials of two mistakes together, for one task.
PAIRS = 600
#: A mistake that explains a part of the answers shows in one of this number of cheapest checks.
FIRST = 3


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
    """

    cause: Cause = field(default_factory=Cause)
    found: dict[str, Diagnosis] = field(default_factory=dict)

    @property
    def main(self) -> Diagnosis:
        """The diagnosis of the main cause."""
        return _told(self.cause.mistakes[:1])


class KnownMistakes:
    """The listed mistakes of an exercise, each as a changed solution."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._source = matcher.replayer.source
        self._modules: dict[Cause, SourceModule | None] = {}
        self._mistakes: tuple[Mistake, ...] = ()
        with suppress(BadInputError):  # a broken list must not prevent a report
            self._mistakes = load_mistakes(matcher.replayer.exercise)

    def joined(self, checks: TaskChecks) -> Joined:
        """Return the mistakes that explain failed checks of a task."""
        result = self._search(checks, EXACT)
        left = (check for check in checks.failed if check.id not in result.found)
        if any(map(flaw_of, left)):
            loosely = self._search(checks, LOOSE)
            result = max(result, loosely, key=lambda joined: len(joined.found))
            for check in checks.failed:
                _tell_flaw(check, result.found)
        if not result.found:
            return self._partly(checks)
        self._follow(result, checks)
        return result

    def _follow(self, result: Joined, checks: TaskChecks) -> None:
        """Add the checks in which the method that was wrong first has the cause that was found.

        Answers of other methods may follow from it, such as gradients of a wrong forward.
        """
        module = self.module(result.cause)
        if module is None:
            return
        for check in checks.failed:
            is_open = check.id not in result.found and check.method
            if is_open and self._matcher.explains_part(module, check, check.method, 1):
                result.found[check.id] = result.main

    def module(self, cause: Cause) -> SourceModule | None:
        """Return the solution with these mistakes; None if they exclude each other."""
        if cause not in self._modules:
            self._modules[cause] = None
            with suppress(BadInputError, SyntaxError):
                self._modules[cause] = self._matcher.replayer.module(cause.applied(self._source))
        return self._modules[cause]

    def _search(self, checks: TaskChecks, view: View) -> Joined:
        """Return the mistakes behind the checks that are wrong in `view`."""
        strictly = replace(view, strictly=True)
        wrong = tuple(check for check in checks.failed if check.is_wrong_in(strictly))
        checks = replace(checks, failed=wrong)
        return _Search(self, self._matcher, checks, view, self._concerning(checks.task)).joined()

    def _partly(self, checks: TaskChecks) -> Joined:
        """Return the mistake that explains a part of the wrong answers in most checks."""
        explained = {
            Cause((mistake,)): found
            for mistake in self._concerning(checks.task)
            if (found := self._parts(Cause((mistake,)), checks))
        }
        if not explained:
            return Joined()
        best = max(explained, key=lambda cause: len(explained[cause]))
        return Joined(best, {check.id: _told(best.mistakes) for check in explained[best]})

    def _parts(self, cause: Cause, checks: TaskChecks) -> list[RecordedCheck]:
        """Return the failed checks of which `cause` explains a part, if no check contradicts."""
        module, explains = self.module(cause), self._matcher.explains_part
        if module is None:
            return []
        clear = [check for check in checks.failed if check.method]
        if not any(explains(module, check, check.method, CERTAIN) for check in clear[:FIRST]):
            return []
        found = [check for check in clear if explains(module, check, check.method, CERTAIN)]
        methods = {check.method for check in found}
        others = [check for check in (*checks.failed, *checks.passed) if check not in found]
        agrees = all(explains(module, check, m, 0) for m in methods for check in others)
        return found if agrees else []

    def _concerning(self, task: str) -> list[Mistake]:
        """Return the mistakes that can fail a check of `task`, its own first."""
        every = (form for mistake in self._mistakes for form in mistake.forms)
        concerning = [form for form in every if task in (form.task, *form.also_fails)]
        return sorted(concerning, key=lambda mistake: mistake.task != task)


@dataclass
class _Search:
    """The search for the mistakes behind the failed checks of one task."""

    known: KnownMistakes
    matcher: Matcher
    checks: TaskChecks
    view: View
    concerning: Sequence[Mistake]
    _agreeing: dict[tuple[Cause, bool], bool] = field(default_factory=dict)

    def joined(self) -> Joined:
        """Return the mistakes that explain checks completely."""
        result = Joined()
        for mistake, explained in self._ranked_singles():
            self._join(result, mistake, explained)
        with self.matcher.trials.at_most(PAIRS):
            self._join_pairs(result)
        return result

    def _ranked_singles(self) -> list[tuple[Mistake, list[RecordedCheck]]]:
        """Return the mistakes that explain checks, those that explain most checks first."""
        explained: dict[Mistake, list[RecordedCheck]] = {}
        for check in self.checks.failed:
            if any(check in others for others in explained.values()):
                continue
            hits = [m for m in self.concerning if m not in explained and self._holds(m, check)]
            for mistake in hits:
                others = (one for one in self.checks.failed if one is not check)
                explained[mistake] = [check, *(one for one in others if self._holds(mistake, one))]
        return sorted(explained.items(), key=lambda item: -len(item[1]))

    def _holds(self, mistake: Mistake, check: RecordedCheck) -> bool:
        cause = Cause((mistake,))
        return self._agrees(cause) and self._explains(cause, check)

    def _explains(self, cause: Cause, check: RecordedCheck) -> bool:
        module = self.known.module(cause)
        return module is not None and self.matcher.explains(module, check, self.view)

    def _agrees(self, cause: Cause, strictly: bool = False) -> bool:
        """Return whether no passed check contradicts.

        Args:
            strictly: compare passed checks with wrong answers too; another mistake may give these.
        """
        key = cause, strictly
        if key not in self._agreeing:
            module = self.known.module(cause)
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
        result.found |= {check.id: _told((mistake,)) for check in new}

    def _explains_all(self, cause: Cause, result: Joined, new: Sequence[RecordedCheck]) -> bool:
        old = [check for check in self.checks.failed if check.id in result.found]
        return all(self._explains(cause, check) for check in (*new, *old)) and self._agrees(cause)

    def _is_certain(self, result: Joined, cause: Cause, new: Sequence[RecordedCheck]) -> bool:
        """Return whether enough facts are explained, or nothing of the same method is left.

        Answers of NaN alone are a fact only if the method was right in another check.
        """
        facts = sum(check.evidence_of(self.view) for check in new)
        if facts >= CERTAIN:
            return True
        methods = {check.method for check in new}
        passed = {pair.method for check in self.checks.passed for pair in check.pairs}
        is_fact = facts or methods & passed
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
            for cause in sorted(fitting, key=lambda cause: -self._count(cause, result)):
                if self._join_pair(result, cause, check):
                    break

    def _count(self, cause: Cause, result: Joined) -> int:
        """Return how many checks `cause` explains that nothing explained before."""
        return sum(self._explains(cause, check) for check in self._left(result))

    def _pairs(self, cause: Cause) -> Iterator[Cause]:
        """Yield `cause` itself and causes with one more mistake; pairs if nothing was found."""
        if len(cause.mistakes) > 1:
            yield cause
        if len(cause.mistakes) >= MOST:
            return
        if cause.mistakes:
            others = (m for m in self.concerning if m not in cause.mistakes)
            yield from map(cause.beside, others)
            return
        possible = [m for m in self.concerning if self._agrees(Cause((m,)))]
        yield from map(Cause, combinations(possible, 2))

    def _join_pair(self, result: Joined, cause: Cause, check: RecordedCheck) -> bool:
        others = [one for one in self._left(result) if one is not check]
        new = [check, *(one for one in others if self._explains(cause, one))]
        if not self._is_certain(result, cause, new) or not self._explains_all(cause, result, []):
            return False
        result.cause = self._ordered(cause, new) if not result.found else cause
        told = _told(result.cause.mistakes)
        result.found |= {one.id: told for one in new}
        return True

    def _ordered(self, cause: Cause, checks: Sequence[RecordedCheck]) -> Cause:
        """Return `cause` with the mistake first that changes the answers of most checks."""
        return Cause(tuple(sorted(cause.mistakes, key=lambda m: -self._count_changed(m, checks))))

    def _count_changed(self, mistake: Mistake, checks: Sequence[RecordedCheck]) -> int:
        module = self.known.module(Cause((mistake,)))
        return sum(module is not None and self.matcher.differs(module, check) for check in checks)


def _told(mistakes: Sequence[Mistake]) -> Diagnosis:
    """Return the diagnosis of the first mistake, with the last one beside it."""
    main, *others = (Diagnosis(m.id, m.sentence, m.hint) for m in mistakes)
    return replace(main, second=others[-1]) if others else main


def _tell_flaw(check: RecordedCheck, found: dict[str, Diagnosis]) -> None:
    """Add the flaw of the form that stands beside the diagnosis of a check."""
    told, flaw = found.get(check.id), flaw_of(check)
    if told is not None and flaw is not None and told.second is None:
        found[check.id] = replace(told, second=flaw)
