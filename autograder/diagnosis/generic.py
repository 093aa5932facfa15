"""Diagnosis of failed checks without the mistakes listed for the exercise.

The failed checks of one task in which the same method was wrong first form a group. An explanation
must hold in the whole group, and the right answers must not contradict it. Direct effects are
tried first (a zero result, a changed argument), then changes of the solution's behaviour, then
patterns of the arrays, and small changes of the solution's source last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from autograder.diagnosis.evidence import AnswerEvidence
from autograder.diagnosis.exchanges import View
from autograder.diagnosis.patterns import ANSWERS, EFFECTS, LISTS, PATTERNS, PER_CHECK, Pattern
from autograder.diagnosis.recorded import RecordedCheck, TaskChecks
from autograder.diagnosis.replay import SourceModule
from autograder.diagnosis.solution_changes.answer_matcher import AnswerMatcher
from autograder.diagnosis.solution_changes.behaviour_changes import behaviour_changes
from autograder.diagnosis.solution_changes.small_changes import mutation_candidates
from autograder.results.report import Diagnosis
from autograder.sandbox.worker.dispatcher import ModuleSource

#: The number of small changes of the solution that are tried for one exercise.
MAX_MUTATIONS = 1000


class GeneralMistakes:
    """Explains failed checks of the tasks of one exercise by mistakes of any exercise."""

    def __init__(self, matcher: AnswerMatcher) -> None:
        self._matcher = matcher
        self._mutations_left = MAX_MUTATIONS

    def explained(self, checks: TaskChecks) -> dict[str, Diagnosis]:
        """Return the diagnoses of failed checks of a task by id, where one was found."""
        right = [pair for check in checks.passed for pair in check.pairs]
        groups = _groups(checks.failed)
        diagnoses: dict[str, Diagnosis] = {}
        for (method, is_of_arrays), group in groups.items():
            evidence = [check.evidence for check in group if check.evidence is not None]
            together = AnswerEvidence.together(evidence, [p for p in right if p.method == method])
            # An explanation of other answers must explain wrong arrays of this method as well.
            arrays = [] if is_of_arrays else groups.get((method, True), [])
            case = Case(self._matcher, checks, method, [*group, *arrays])
            # A check may accept another kind of answer. So it must have complained itself.
            complained = all(check.result.message for check in group)
            patterns = PATTERNS if is_of_arrays else ANSWERS if complained else LISTS
            diagnoses = (
                (is_of_arrays and _pattern(EFFECTS, group, together))
                or case.changed()
                or _pattern(patterns, group, together)
                or self._mutation(case)
            ) | diagnoses
        return diagnoses

    def beside(self, checks: TaskChecks, base: SourceModule) -> dict[str, Diagnosis]:
        """Return the diagnoses of failed checks by a change of `base`, which has a mistake."""
        diagnoses: dict[str, Diagnosis] = {}
        for (method, _), group in _groups(checks.failed).items():
            case = Case(self._matcher, checks, method, group, base)
            diagnoses = (case.changed() or self._mutation(case)) | diagnoses
        return diagnoses

    def _mutation(self, case: Case) -> dict[str, Diagnosis]:
        tried, diagnoses = case.mutation(self._mutations_left)
        self._mutations_left -= tried
        return diagnoses


def _groups(checks: Sequence[RecordedCheck]) -> dict[tuple[str, bool], list[RecordedCheck]]:
    """Return the checks by the method that was wrong first; those with wrong arrays come last."""
    groups: dict[tuple[str, bool], list[RecordedCheck]] = {}
    for check in checks:
        if check.evidence is not None:
            key = check.evidence.method, check.evidence.is_of_arrays
            groups.setdefault(key, []).append(check)
    return dict(sorted(groups.items(), key=lambda item: not item[0][1]))


@dataclass(frozen=True)
class Case:
    """Failed checks of one task in which the same method was wrong first.

    Args:
        checks: all checks of the task.
        base: the solution with a known mistake; None for the solution.
    """

    matcher: AnswerMatcher
    checks: TaskChecks
    method: str
    failed: Sequence[RecordedCheck]
    base: SourceModule | None = None

    def changed(self) -> dict[str, Diagnosis]:
        """Return the diagnoses by a change of behaviour that gives the submission's answers."""
        for changed in behaviour_changes(self._base, self.checks.task, self.failed):
            if self._is_explained_by(changed):
                said = Diagnosis(f"generic/{changed.id}", changed.sentence)
                return {check.id: said for check in self.failed}
        return {}

    def mutation(self, most: int) -> tuple[int, dict[str, Diagnosis]]:
        """Return the number of tried changes, at `most`, and the diagnoses by one that explains."""
        exercise, task, tried = self.matcher.replayer.exercise, self.checks.task, 0
        candidates = mutation_candidates(exercise, self._base.source, task, self.method)
        for tried, (said, source) in zip(range(most), candidates, strict=False):
            with suppress(SyntaxError):
                if self._is_explained_by(SourceModule(source, exercise.name)):
                    return tried + 1, {check.id: said for check in self.failed}
        return tried + 1, {}

    @property
    def _base(self) -> SourceModule:
        return self.base or self.matcher.replayer.solution

    def _is_explained_by(self, module: ModuleSource) -> bool:
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


def _pattern(
    patterns: Mapping[str, Pattern], group: Sequence[RecordedCheck], together: AnswerEvidence
) -> dict[str, Diagnosis]:
    """Return the diagnoses by the first pattern that holds in all checks of the group."""
    for name, pattern in patterns.items():
        sentence = pattern(together)
        sentences = {check.id: sentence for check in group}
        if sentence is None and name in PER_CHECK:
            sentences = {check.id: pattern(check.evidence) for check in group if check.evidence}
        diagnoses = {
            check: Diagnosis(f"generic/{name}", sentence)
            for check, sentence in sentences.items()
            if sentence is not None
        }
        if len(diagnoses) == len(group):
            return diagnoses
    return {}
