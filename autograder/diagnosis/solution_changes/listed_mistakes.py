"""The search for the listed mistakes behind the failed checks of an exercise.

Each failed check is explained for itself. Then the explanations of a task are joined: the main
cause is the mistake that explains most checks. Another mistake is reported beside it only if the
solution with both gives the submission's answers in every failed check of the method. So two
explanations never contradict each other, and together they leave no wrong answer unexplained.

A mistake may fail checks of several tasks. In those of one task, another mistake may give the same
answers by chance. A cause that also explains the checks of other tasks is then the better one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import combinations, groupby
from operator import itemgetter

from autograder.course.mistakes import Mistake, combined, load_mistakes
from autograder.diagnosis.comparison import View
from autograder.diagnosis.flaws import flaw_of
from autograder.diagnosis.recorded import RecordedCheck, SourceModule, TaskChecks
from autograder.diagnosis.solution_changes.answer_matcher import EXACT, LOOSE, AnswerMatcher
from autograder.results.report import Diagnosis
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

#: Mistakes that are in the code together, the main one first.
Cause = tuple[Mistake, ...]
#: How good an explanation is; the smallest rank is the best.
Rank = tuple[int, int]


@dataclass
class Joined:
    """What was found of one task.

    Attributes:
        cause: the mistakes that are in the code.
        explained: the diagnosis of each check, by its id.
        view: which differences between answers count.
        complete: the ids of the checks of which all answers are explained.
    """

    cause: Cause = ()
    explained: dict[str, Diagnosis] = field(default_factory=dict)
    view: View = EXACT
    complete: Set[str] = frozenset()

    @property
    def main(self) -> Diagnosis:
        """The diagnosis of the main cause."""
        return diagnosis_of(self.cause[:1])

    def open_methods(self, checks: TaskChecks) -> set[str]:
        """Return the methods that were wrong first in failed checks that nothing explains."""
        return {c.method for c in checks.failed if c.method and c.id not in self.explained}


def diagnosis_of(cause: Cause) -> Diagnosis:
    """Return the diagnosis of the first mistake, with the last one beside it."""
    main, *others = (Diagnosis(m.id, m.sentence, m.hint) for m in cause)
    return replace(main, second=others[-1]) if others else main


def wrong_in(checks: TaskChecks, view: View) -> TaskChecks:
    """Return `checks` without the failed checks that are right in `view`."""
    strictly = replace(view, strictly=True)
    return replace(checks, failed=tuple(c for c in checks.failed if c.is_wrong_in(strictly)))


def add_flaws(checks: TaskChecks, result: Joined) -> None:
    """Add the flaws of the form that stand beside diagnoses and leave nothing unexplained."""
    open_methods = result.open_methods(wrong_in(checks, LOOSE))
    for check in checks.failed:
        said, flaw = result.explained.get(check.id), flaw_of(check)
        is_alone = said is not None and said.second is None and check.method not in open_methods
        if said is not None and flaw is not None and is_alone:
            result.explained[check.id] = replace(said, second=flaw)


class KnownMistakes:
    """The listed mistakes of an exercise, each as a changed solution.

    Args:
        every: the checks of all tasks of the exercise.
    """

    def __init__(self, matcher: AnswerMatcher, every: Iterable[TaskChecks]) -> None:
        self.matcher = matcher
        self._modules: dict[Cause, SourceModule | None] = {}
        self._mistakes: tuple[Mistake, ...] = ()
        self._passed = {checks.task: checks.passed for checks in every}
        with suppress(BadInputError):  # a broken list must not prevent a report
            self._mistakes = load_mistakes(matcher.replayer.exercise)

    def module(self, cause: Cause) -> SourceModule | None:
        """Return the solution with these mistakes; None if they exclude each other."""
        if cause not in self._modules:
            self._modules[cause] = None
            with suppress(BadInputError, SyntaxError):
                source = combined(cause, self.matcher.replayer.source)
                self._modules[cause] = self.matcher.replayer.module(source)
        return self._modules[cause]

    def causes_by_task(self, tasks: Sequence[TaskChecks]) -> dict[str, Joined]:
        """Return the mistakes behind the failed checks of each of `tasks`, by its name."""
        every = [(checks, self._joined(checks)) for checks in tasks]
        return {checks.task: self._united(checks, joined, every) for checks, joined in every}

    def _joined(self, checks: TaskChecks) -> Joined:
        """Return the mistakes that explain failed checks of a task."""
        result = TaskSearch(self, checks, EXACT).joined()
        left = (check for check in checks.failed if check.id not in result.explained)
        if any(map(flaw_of, left)):
            loosely = TaskSearch(self, checks, LOOSE).joined()
            result = max(result, loosely, key=lambda joined: len(joined.explained))
            add_flaws(checks, result)
        if not result.explained:
            return self._partly(checks)
        # Answers of other methods may follow from it, such as gradients of a wrong forward.
        module, follows = self.module(result.cause), self.matcher.explains_part
        for check in checks.failed:
            is_open = check.id not in result.explained and check.method
            if is_open and follows(module, check, check.method, 1):
                result.explained[check.id] = result.main
        return result

    def passed_elsewhere(self, cause: Cause, task: str) -> Iterator[RecordedCheck]:
        """Yield the passed checks of other tasks that a consistent form in `cause` can fail.

        In a check of backward alone, it gives the answers of a wrong backward. Where a right
        forward shows, it contradicts the form.
        """
        forms = [mistake for mistake in cause if mistake not in self._mistakes]
        names = dict.fromkeys(name for form in forms for name in (form.task, *form.also_fails))
        for name in names:
            yield from self._passed.get(name, ()) if name != task else ()

    def concerning(self, task: str) -> list[Mistake]:
        """Return the mistakes that can fail a check of `task`, its own first."""
        every = (form for mistake in self._mistakes for form in mistake.forms)
        concerning = [form for form in every if task in (form.task, *form.also_fails)]
        return sorted(concerning, key=lambda mistake: mistake.task != task)

    def _partly(self, checks: TaskChecks) -> Joined:
        """Return the mistake that explains a part of the wrong answers in most checks."""
        every = {
            (mistake,): self._parts((mistake,), checks) for mistake in self.concerning(checks.task)
        }
        best = max(every, key=lambda cause: len(every[cause]), default=())
        if not best or not every[best]:
            return Joined()
        return Joined(best, {check.id: diagnosis_of(best) for check in every[best]})

    def _parts(self, cause: Cause, checks: TaskChecks) -> list[RecordedCheck]:
        """Return the failed checks of which `cause` explains a part, if no check contradicts."""
        module, explains = self.module(cause), self.matcher.explains_part
        clear = [check for check in checks.failed if check.method]
        if not any(explains(module, check, check.method, CERTAIN) for check in clear[:FIRST]):
            return []
        explained = [check for check in clear if explains(module, check, check.method, CERTAIN)]
        methods = {check.method for check in explained}
        others = [check for check in (*checks.failed, *checks.passed) if check not in explained]
        agrees = all(explains(module, check, m, 0) for m in methods for check in others)
        return explained if agrees else []

    def _united(
        self, checks: TaskChecks, own: Joined, every: Sequence[tuple[TaskChecks, Joined]]
    ) -> Joined:
        """Return what was found of a task, with the cause of another task where it fits both."""
        for others, theirs in every:
            mine, other = set(own.cause), set(theirs.cause)
            if others is checks or mine <= other or other <= mine:
                continue  # the two do not contradict each other
            if self._fits(checks, own, theirs.cause) and not self._fits(others, theirs, own.cause):
                return self._retold(checks, own, theirs.cause)
        return own

    def _fits(self, checks: TaskChecks, joined: Joined, cause: Cause) -> bool:
        """Return whether `cause` explains what was explained of a task, without contradiction.

        Two mistakes must leave no failed check of the same methods unexplained.
        """
        module, view = self.module(cause), joined.view
        explained = _explained(checks, joined)
        if len(cause) > 1:
            methods = {check.method for check in explained}
            failed = wrong_in(checks, view).failed
            explained = [c for c in failed if c in explained or c.method in methods - {""}]
        passed = [check for check in checks.passed if not check.is_wrong_in(view)]
        return all(
            self.matcher.explains(module, check, view) for check in explained
        ) and self.matcher.agrees_with_all(module, passed, view)

    def _retold(self, checks: TaskChecks, joined: Joined, cause: Cause) -> Joined:
        """Return what is said of the same checks if `cause` is behind them."""
        explains = self.matcher.explains
        main = diagnosis_of(cause[:1])
        result = replace(joined, cause=cause, explained=dict.fromkeys(joined.explained, main))
        for check in _explained(checks, joined):
            alone = ((m,) for m in cause if explains(self.module((m,)), check, joined.view))
            result.explained[check.id] = diagnosis_of(next(alone, cause))
        add_flaws(checks, result)
        return result


def _explained(checks: TaskChecks, joined: Joined) -> list[RecordedCheck]:
    """Return the checks whose answers are all explained; else those of which a part is."""
    ids = joined.complete or joined.explained.keys()
    return [check for check in checks.failed if check.id in ids]


class TaskSearch:
    """The search for the mistakes behind the failed checks of a task that are wrong in `view`."""

    def __init__(self, known: KnownMistakes, checks: TaskChecks, view: View) -> None:
        self._module, self._matcher = known.module, known.matcher
        self._elsewhere = known.passed_elsewhere
        self._concerning = known.concerning(checks.task)
        self._checks, self._view = wrong_in(checks, view), view
        self._agreeing: dict[tuple[Cause, bool], bool] = {}

    def joined(self) -> Joined:
        """Return the mistakes that explain checks completely."""
        result = Joined(view=self._view)
        for mistake, explained in self._ranked_singles():
            self._join(result, mistake, explained)
        with self._matcher.trials.at_most(PAIRS):
            self._join_pairs(result)
        self._drop_partial_pairs(result)
        result.complete = frozenset(result.explained)
        return result

    def _ranked_singles(self) -> list[tuple[Mistake, list[RecordedCheck]]]:
        """Return the mistakes that explain checks, those that explain most checks first."""
        explained: dict[Mistake, list[RecordedCheck]] = {}
        for check in self._checks.failed:
            if any(check in others for others in explained.values()):
                continue
            hits = [m for m in self._concerning if m not in explained and self._holds(m, check)]
            others = [other for other in self._checks.failed if other is not check]
            for mistake in hits:
                theirs = [check, *(c for c in others if self._holds(mistake, c))]
                if not self._is_refuted((mistake,), theirs):
                    explained[mistake] = theirs
        ranked = sorted(explained.items(), key=lambda item: -len(item[1]))
        best = [item for item in ranked if len(item[1]) == len(ranked[0][1])]
        if len(best) > 1:
            best.sort(key=lambda item: self._contradictions((item[0],), item[1]))
        return best + ranked[len(best) :]

    def _contradictions(self, cause: Cause, explained: Sequence[RecordedCheck]) -> int:
        """Return how many other failed checks contradict `cause`, in the methods it explains."""
        module, methods = self._module(cause), {c.method for c in explained if c.method}
        others = [check for check in self._checks.failed if check not in explained]
        agrees = self._matcher.explains_part
        return sum(not all(agrees(module, c, method, 0) for method in methods) for c in others)

    def _is_refuted(self, cause: Cause, explained: Sequence[RecordedCheck]) -> bool:
        """Return whether `cause` gives a wrong number where another failed check has a right one.

        Only checks in which a method that it explains was wrong first count.
        """
        module, methods = self._module(cause), {check.method for check in explained}
        others = [c for c in self._checks.failed if c not in explained and c.method in methods]
        return not all(self._matcher.keeps_right(module, check) for check in others)

    def _holds(self, mistake: Mistake, check: RecordedCheck) -> bool:
        return self._agrees((mistake,)) and self._explains((mistake,), check)

    def _explains(self, cause: Cause, check: RecordedCheck) -> bool:
        return self._matcher.explains(self._module(cause), check, self._view)

    def _agrees(self, cause: Cause, strictly: bool = False) -> bool:
        """Return whether no passed check contradicts.

        Args:
            strictly: compare passed checks with wrong answers too; another mistake may give these.
        """
        key = cause, strictly
        if key not in self._agreeing:
            every = (*self._checks.passed, *self._elsewhere(cause, self._checks.task))
            passed = [c for c in every if c.is_wrong_in(self._view) == strictly]
            agrees = self._matcher.agrees_with_all(self._module(cause), passed, self._view)
            self._agreeing[key] = agrees
        return self._agreeing[key]

    def _join(self, result: Joined, mistake: Mistake, explained: Sequence[RecordedCheck]) -> None:
        """Add a mistake that explains checks alone, unless it contradicts what was found."""
        new = [check for check in explained if check.id not in result.explained]
        if not new or len(result.cause) >= MOST:
            return
        both = (*result.cause, mistake)
        if not self._is_certain(result, both, new):
            return
        if result.explained and not self._explains_all(both, result, new):
            return
        result.cause = both
        result.explained |= {check.id: diagnosis_of((mistake,)) for check in new}

    def _explains_all(self, cause: Cause, result: Joined, new: Sequence[RecordedCheck]) -> bool:
        old = [check for check in self._checks.failed if check.id in result.explained]
        return all(self._explains(cause, check) for check in (*new, *old)) and self._agrees(cause)

    def _is_certain(self, result: Joined, cause: Cause, new: Sequence[RecordedCheck]) -> bool:
        """Return whether enough facts are explained, or nothing of the same method is left.

        Answers of NaN alone, or of one common number, are a fact only if the method was right in
        another check.
        """
        facts = sum(check.evidence_of(self._view) for check in new if not check.is_common)
        if facts >= CERTAIN:
            return True
        methods = {check.method for check in new}
        is_fact = facts or methods & self._checks.right_methods
        is_all = not any(c.method in methods for c in self._left(result) if c not in new)
        return bool(is_fact) and is_all and self._agrees(cause, strictly=True)

    def _left(self, result: Joined) -> list[RecordedCheck]:
        """Return the failed checks that nothing explains."""
        return [check for check in self._checks.failed if check.id not in result.explained]

    def _join_pairs(self, result: Joined) -> None:
        """Add two mistakes that explain checks only together."""
        more_than_the_form = wrong_in(self._checks, LOOSE).failed
        for check in self._left(result):
            if check.id in result.explained or check not in more_than_the_form:
                continue
            fitting = [c for c in self._pairs(result.cause) if self._explains(c, check)]
            for _, tied in groupby(self._ranked(fitting, result), key=itemgetter(0)):
                if self._join_pair(result, [cause for _, cause in tied], check):
                    break

    def _drop_partial_pairs(self, result: Joined) -> None:
        """Remove two mistakes named together that leave a failed check of a method unexplained."""
        open_methods = result.open_methods(self._checks)
        for check in self._checks.failed:
            said = result.explained.get(check.id)
            if said is not None and said.second is not None and check.method in open_methods:
                del result.explained[check.id]
        named = {
            said.id for each in result.explained.values() for said in (each, each.second) if said
        }
        result.cause = tuple(mistake for mistake in result.cause if mistake.id in named)

    def _ranked(self, causes: Sequence[Cause], result: Joined) -> list[tuple[Rank, Cause]]:
        """Return `causes` with their ranks: those that explain most and contradict fewest first."""
        left = self._left(result)
        explained = {cause: [c for c in left if self._explains(cause, c)] for cause in causes}
        ranks = {c: (-len(explained[c]), self._contradictions(c, explained[c])) for c in causes}
        return sorted(((ranks[c], c) for c in causes), key=itemgetter(0))

    def _pairs(self, cause: Cause) -> Iterator[Cause]:
        """Yield `cause` itself and causes with one more mistake; pairs if nothing was found."""
        if len(cause) > 1:
            yield cause
        if not cause:
            yield from combinations([m for m in self._concerning if self._agrees((m,))], 2)
        elif len(cause) < MOST:
            yield from ((*cause, m) for m in self._concerning if m not in cause)

    def _join_pair(self, result: Joined, tied: Sequence[Cause], check: RecordedCheck) -> bool:
        """Add the mistakes that all of `tied` have, of which each explains `check`."""
        cause = tied[0]
        others = [explained for explained in self._left(result) if explained is not check]
        new = [check, *(explained for explained in others if self._explains(cause, explained))]
        if not self._is_certain(result, cause, new) or not self._explains_all(cause, result, []):
            return False
        if self._is_refuted(cause, [*new, *_explained(self._checks, result)]):
            return False
        if not result.explained:  # the mistake first that changes the answers of most checks
            changes = self._matcher.differs
            cause = tuple(
                sorted(cause, key=lambda m: -sum(changes(self._module((m,)), c) for c in new))
            )
        common = set.intersection(*({mistake.id for mistake in other} for other in tied))
        sure = tuple(mistake for mistake in cause if mistake.id in common)
        if len(sure) > 1:  # does the first leave enough facts unexplained for another mistake?
            module, differs = self._module(sure[:-1]), self._matcher.differs_by
            if not any(differs(module, explained, CERTAIN, self._view) for explained in new):
                sure = sure[:-1]
        if sure:
            result.cause = sure
            result.explained |= {explained.id: diagnosis_of(sure) for explained in new}
        return True
