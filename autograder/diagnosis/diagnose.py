"""Diagnosis of the failed checks of one exercise: by its listed mistakes, then by general ones.

For general mistakes, the failed checks of one task in which the same method was wrong first form a
group. An explanation must hold in the whole group, and the right answers must not contradict it.
Direct effects are tried first (a zero result, a changed argument), then changes of the solution's
behaviour, then patterns of the arrays, and small changes of the solution's source last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice

from autograder.course.reading import Exercise
from autograder.diagnosis.answer_reader import evidence_of, groups_of
from autograder.diagnosis.comparison import View, numpy_errors_ignored
from autograder.diagnosis.evidence import free_methods, located
from autograder.diagnosis.flaws import almost_right, flaws_alone, miscounted_calls
from autograder.diagnosis.patterns import (
    ANSWERS,
    EFFECTS,
    LISTS,
    PATTERNS,
    SCALING,
    told_by,
    told_by_each,
)
from autograder.diagnosis.recorded import RecordedCheck, Replayer, SourceModule, TaskChecks
from autograder.diagnosis.solution_changes.answer_matcher import AnswerMatcher
from autograder.diagnosis.solution_changes.behaviour_changes import behaviour_changes
from autograder.diagnosis.solution_changes.listed_mistakes import (
    CERTAIN,
    Joined,
    KnownMistakes,
)
from autograder.diagnosis.solution_changes.search import OutOfTrials, Trials, search_apart
from autograder.diagnosis.solution_changes.small_changes import (
    mutation_candidates,
    names_a_term,
    without_term,
)
from autograder.results.report import EXPLAINED, CheckResult, Diagnosis
from autograder.sandbox.session.session import Transcript
from autograder.sandbox.worker.dispatcher import ModuleSource
from autograder.verdicts import Verdict
from framework.models.parts import PartSource

#: A check whose answers took longer than this, in seconds, is diagnosed after the other checks.
SLOW = 0.2
#: The number of small changes of the solution that are tried for one exercise.
MAX_MUTATIONS = 950


def diagnosed(
    exercise: Exercise,
    checks: Sequence[CheckResult],
    transcripts: Mapping[str, Transcript],
    parts: PartSource,
    *,
    listed: bool = True,
) -> list[CheckResult]:
    """Return `checks` with the method that was wrong first, and a diagnosis where it is certain.

    Args:
        transcripts: the requests and answers of each check, by its id.
        parts: the source of the parts of other exercises.
        listed: whether the mistakes listed for the exercise are used.
    """

    def search(trials: Trials) -> dict[str, CheckResult]:
        with numpy_errors_ignored():
            return Diagnoser(exercise, checks, transcripts, parts, trials).explained(listed)

    explained = search_apart(search) or {}
    return [explained.get(check.id, check) for check in checks]


class Diagnoser:
    """Explains the failed checks of one exercise; see `diagnosed` for the arguments."""

    def __init__(
        self,
        exercise: Exercise,
        checks: Sequence[CheckResult],
        transcripts: Mapping[str, Transcript],
        parts: PartSource,
        trials: Trials,
    ) -> None:
        self._tasks, self._mutations_left = exercise.task_names, MAX_MUTATIONS
        self._changes: list[tuple[Diagnosis, SourceModule]] = []  # of other checks
        self._matcher = AnswerMatcher(Replayer(exercise, parts), trials)
        recorded = [(check, transcripts[check.id]) for check in checks if check.id in transcripts]
        recorded.sort(key=lambda item: _cost(item[1]))
        self._checks = [
            RecordedCheck(check, transcript.exchanges, self._matcher.replayer)
            for check, transcript in recorded
        ]

    def explained(self, listed: bool) -> dict[str, CheckResult]:
        """Return the failed checks by id, with what is found before the trials are used up."""
        every = [self._of(task) for task in self._tasks]
        tasks = [checks for checks in every if checks.failed]
        results = {name: check for checks in tasks for name, check in self._located(checks).items()}
        diagnoses: dict[str, Diagnosis] = {}
        with suppress(OutOfTrials):
            self._explain(every, diagnoses, listed)
        return {
            name: replace(check, diagnosis=diagnoses.get(name)) for name, check in results.items()
        }

    def _explain(
        self, every: Sequence[TaskChecks], diagnoses: dict[str, Diagnosis], listed: bool
    ) -> None:
        """Add the diagnoses by listed mistakes, else by general mistakes.

        A task may be wrong because of another wrong one that it uses. So no change of its own is
        tried then.
        """
        uses, known = self._matcher.replayer.uses, KnownMistakes(self._matcher, every)
        tasks = [checks for checks in every if checks.failed]
        failed = {checks.task for checks in tasks}
        joined = known.causes_by_task(tasks) if listed else {}
        for cause in joined.values():
            diagnoses |= cause.explained
        for checks in tasks:
            diagnoses |= flaws_alone(_unexplained(checks, diagnoses).failed)
            main = joined.get(checks.task, Joined())
            is_own = failed.isdisjoint(uses(checks.task))
            if is_own:
                diagnoses |= self._by_one_change(checks, main)
            base = known.module(main.cause)
            if main.explained and base is not None:
                beside = self._beside(checks, diagnoses, base)
                diagnoses |= {name: replace(main.main, second=c) for name, c in beside.items()}
            others = _other_methods(checks, diagnoses)
            diagnoses |= self._by_general_mistakes(others, is_own=is_own)
            for told in (almost_right, miscounted_calls):
                diagnoses |= told(_unexplained(checks, diagnoses).failed)

    def _by_one_change(self, checks: TaskChecks, joined: Joined) -> dict[str, Diagnosis]:
        """Return the diagnoses by one change where the listed mistakes say less, or are two.

        One change that gives all wrong answers of a method is likelier than two mistakes that
        balance each other, and than one mistake that leaves some of these answers unexplained.
        """
        diagnoses: dict[str, Diagnosis] = {}
        for (method, is_of_arrays), group in groups_of(checks.failed).items():
            said = [joined.explained.get(check.id) for check in group]
            listed = {mistake.id for mistake in joined.cause}
            is_one = [
                diagnosis.second is None or diagnosis.second.id not in listed
                for diagnosis in said
                if diagnosis
            ]
            if is_of_arrays and is_one and not (all(said) and any(is_one)):
                case = Case(self._matcher, checks, method, group, self._matcher.replayer.solution)
                told = told_by(SCALING, *evidence_of(group, checks.passed))
                diagnoses |= told or case.changed()
        return diagnoses

    def _by_general_mistakes(self, checks: TaskChecks, *, is_own: bool) -> dict[str, Diagnosis]:
        """Return the diagnoses of failed checks of a task by mistakes of any exercise.

        Args:
            is_own: whether more than the changes that explained other checks is tried.
        """
        groups, solution = groups_of(checks.failed), self._matcher.replayer.solution
        diagnoses: dict[str, Diagnosis] = {}
        for (method, is_of_arrays), group in groups.items():
            evidence, together = evidence_of(group, checks.passed)
            # An explanation of other answers must explain wrong arrays of this method as well.
            arrays = [] if is_of_arrays else groups.get((method, True), [])
            case = Case(self._matcher, checks, method, [*group, *arrays], solution)
            # A check may accept another kind of answer. So it must have complained itself.
            complained = all(check.result.message for check in group)
            patterns = PATTERNS if is_of_arrays else ANSWERS if complained else LISTS
            told = self._by_an_earlier_change(case)
            if is_own and not told:
                told = (
                    told_by(EFFECTS, evidence, together)
                    or case.changed()
                    or told_by(patterns, evidence, together)
                    or self._mutation(case)
                    or told_by_each(patterns, evidence, together)
                )
            diagnoses = told | diagnoses
        return diagnoses

    def _by_an_earlier_change(self, case: Case) -> dict[str, Diagnosis]:
        """Return the diagnoses by a small change that has explained other checks: one cause."""
        if case.can_be_explained:
            for said, module in self._changes:
                if case.is_explained_by(module):
                    return case.diagnosed(said)
        return {}

    def _beside(
        self, checks: TaskChecks, explained: Mapping[str, Diagnosis], base: SourceModule
    ) -> dict[str, Diagnosis]:
        """Return the diagnoses of checks without one by a change of `base`, which has a mistake.

        It must give the answers of every failed check of the method, those in `explained`, too.
        Where `base` gives nearly the same answers, many changes would give the others.
        """
        diagnoses: dict[str, Diagnosis] = {}
        left = _unexplained(checks, explained).failed
        for method in dict.fromkeys(c.method for c in left if c.evidence is not None):
            group = [check for check in checks.failed if check.method == method]
            new = [check for check in group if check in left]
            if any(self._matcher.differs_by(base, check, CERTAIN) for check in new):
                case = Case(self._matcher, checks, method, group, base)
                told = case.changed() or self._mutation(case)
                diagnoses |= {check.id: told[check.id] for check in new if told}
        return diagnoses

    def _mutation(self, case: Case) -> dict[str, Diagnosis]:
        """Return the diagnoses by a small change of the source that gives these answers.

        A missing term is named if only one fits.
        """
        if not case.can_be_explained:
            return {}
        exercise, task = self._matcher.replayer.exercise, case.checks.task
        candidates = mutation_candidates(exercise, case.base.source, task, case.method)
        change: tuple[Diagnosis, SourceModule] | None = None
        for said, source in islice(candidates, self._mutations_left):
            if change is not None and said.id != change[0].id:
                break
            self._mutations_left -= 1
            with suppress(SyntaxError):
                module = SourceModule(source, exercise.name)
                if case.is_explained_by(module):
                    is_another = change is not None and said != change[0]
                    change = without_term(said, case.method) if is_another else said, module
                    if is_another or not names_a_term(said):
                        break
        if change is None:
            return {}
        if case.base is self._matcher.replayer.solution:
            self._changes.append(change)
        return case.diagnosed(change[0])

    def _located(self, checks: TaskChecks) -> dict[str, CheckResult]:
        """Return the failed checks of a task by id, each with the method that was wrong first."""
        pairs = (pair for check in checks.passed for pair in check.pairs)
        free = free_methods((check.result for check in self._checks), pairs)
        return {check.id: located(check.result, check.pairs, free) for check in checks.failed}

    def _of(self, task: str) -> TaskChecks:
        """Return the recorded checks of `task` whose answers can explain something."""
        own = [check for check in self._checks if check.result.task == task]
        failed = (c for c in own if c.result.verdict in EXPLAINED and c.exchanges)
        return TaskChecks(
            task,
            tuple(c for c in failed if c.is_wrong_in(View(strictly=True))),
            tuple(c for c in own if c.result.verdict is Verdict.PASSED),
        )


def _unexplained(checks: TaskChecks, diagnoses: Mapping[str, Diagnosis]) -> TaskChecks:
    """Return `checks` without the failed checks that are explained."""
    return replace(checks, failed=tuple(c for c in checks.failed if c.id not in diagnoses))


def _other_methods(checks: TaskChecks, diagnoses: Mapping[str, Diagnosis]) -> TaskChecks:
    """Return `checks` without the failed checks whose method is explained.

    Another explanation of the same method might contradict the first one.
    """
    explained = {
        check.method
        for check in checks.failed
        if check.id in diagnoses and check.is_wrong_in(View(loosely=True))
    }
    left = _unexplained(checks, diagnoses).failed
    return replace(checks, failed=tuple(c for c in left if c.method not in explained))


def _cost(transcript: Transcript) -> tuple[bool, int]:
    """Return whether the check took long, and the bytes of its requests."""
    return transcript.seconds > SLOW, sum(len(asked.frame) for asked in transcript.exchanges)


@dataclass(frozen=True)
class Case:
    """Failed checks of one task in which the same method was wrong first.

    Args:
        checks: all checks of the task.
        base: the solution, or the solution with a known mistake.
    """

    matcher: AnswerMatcher
    checks: TaskChecks
    method: str
    failed: Sequence[RecordedCheck]
    base: SourceModule

    @property
    def can_be_explained(self) -> bool:
        """Whether a check shows more than an exception, which proves no change."""
        return any(check.is_evident_in(View(self.method)) for check in self.failed)

    def changed(self) -> dict[str, Diagnosis]:
        """Return the diagnoses by a change of behaviour that gives the submission's answers."""
        if not self.can_be_explained:
            return {}
        right = (exchange for check in self.failed for exchange in check.right)
        for changed in behaviour_changes(self.base, self.checks.task, right):
            if self.is_explained_by(changed):
                return self.diagnosed(Diagnosis(f"generic/{changed.id}", changed.sentence))
        return {}

    def diagnosed(self, said: Diagnosis) -> dict[str, Diagnosis]:
        """Return what is `said` of each failed check, by its id."""
        return {check.id: said for check in self.failed}

    def is_explained_by(self, module: ModuleSource) -> bool:
        """Return whether `module` gives all answers of the failed checks, and no contradiction."""
        view = View(self.method)
        wrong = [check for check in self.failed if check.evidence_of(view)]
        if not wrong:
            return False  # answers of NaN alone prove nothing
        is_common = all(check.is_common for check in wrong)
        if is_common and self.method not in self.checks.right_methods:
            return False
        return all(self.matcher.explains(module, check, view) for check in self.failed) and (
            self.matcher.agrees_with_all(module, self.checks.passed)
        )
