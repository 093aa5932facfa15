"""Diagnosis of failed checks without the mistakes listed for the exercise.

The failed checks of one task in which the same method was wrong first form a group. An explanation
must hold in the whole group, and the right answers must not contradict it. Direct effects are
tried first (a zero result, a changed argument), then changes of the solution's behaviour, then
patterns of the arrays, and small changes of the solution's source last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.diagnosis.evidence import AnswerEvidence
from autograder.diagnosis.exchanges import View
from autograder.diagnosis.patterns import ANSWERS, EFFECTS, LISTS, PATTERNS, PER_CHECK, Pattern
from autograder.diagnosis.reading import methods_in
from autograder.diagnosis.recorded import RecordedCheck, TaskChecks
from autograder.diagnosis.replay import Module, SourceModule
from autograder.diagnosis.solution_changes.answer_matcher import AnswerMatcher
from autograder.diagnosis.solution_changes.behaviour_changes import behaviour_changes
from autograder.diagnosis.solution_changes.mutation_candidates import mutation_candidates
from autograder.results.report import Diagnosis

#: The number of small changes of the solution that are tried for one exercise.
MAX_MUTATIONS = 1000


class GeneralMistakes:
    """Explains failed checks of the tasks of one exercise by mistakes of any exercise.

    Attributes:
        mutations_left: the number of small changes that may still be tried.
    """

    def __init__(self, matcher: AnswerMatcher) -> None:
        self._matcher = matcher
        self.mutations_left = MAX_MUTATIONS

    def explained(self, checks: TaskChecks) -> dict[str, Diagnosis]:
        """Return the diagnoses of failed checks of a task by id, where one was found."""
        right = [pair for check in checks.passed for pair in check.pairs]
        diagnoses: dict[str, Diagnosis] = {}
        for (method, is_of_arrays), group in _groups(checks.failed).items():
            evidence = [check.evidence for check in group if check.evidence is not None]
            together = AnswerEvidence.together(evidence, [p for p in right if p.method == method])
            concerned = group if is_of_arrays else self._with_arrays(method, group, checks)
            case = Case(self._matcher, checks.task, method, concerned, checks.passed)
            diagnoses = self._first(case, group, together) | diagnoses
        return diagnoses

    def beside(self, checks: TaskChecks, base: SourceModule) -> dict[str, Diagnosis]:
        """Return the diagnoses of failed checks by a change of `base`, which has a mistake."""
        diagnoses: dict[str, Diagnosis] = {}
        for (method, _), group in _groups(checks.failed).items():
            case = Case(self._matcher, checks.task, method, group, checks.passed, base)
            diagnoses = (case.changed() or self._mutation(case)) | diagnoses
        return diagnoses

    def _first(
        self, case: Case, group: Sequence[RecordedCheck], together: AnswerEvidence
    ) -> dict[str, Diagnosis]:
        """Return the diagnoses by the first kind of explanation that holds."""
        patterns = PATTERNS if together.is_of_arrays else _patterns_of_answers(group)
        return (
            (together.is_of_arrays and _pattern(EFFECTS, group, together))
            or case.changed()
            or _pattern(patterns, group, together)
            or self._mutation(case)
        )

    def _mutation(self, case: Case) -> dict[str, Diagnosis]:
        tried, diagnoses = case.mutation(self.mutations_left)
        self.mutations_left -= tried
        return diagnoses

    @staticmethod
    def _with_arrays(
        method: str, group: Sequence[RecordedCheck], checks: TaskChecks
    ) -> Sequence[RecordedCheck]:
        """Return `group` with the checks of the same method whose arrays are wrong.

        An explanation of other answers must explain these as well.
        """
        return [*group, *_groups(checks.failed).get((method, True), ())]


def _patterns_of_answers(group: Sequence[RecordedCheck]) -> Mapping[str, Pattern]:
    """Return the patterns of answers without arrays.

    A check may accept an answer of another kind, such as a list. So it must have complained itself.
    """
    return ANSWERS if all(check.result.message for check in group) else LISTS


def _groups(
    checks: Sequence[RecordedCheck],
) -> dict[tuple[str, bool], list[RecordedCheck]]:
    """Return the checks by the method that was wrong first; those with wrong arrays come last."""
    groups: dict[tuple[str, bool], list[RecordedCheck]] = {}
    for check in checks:
        if check.evidence is not None:
            key = check.evidence.method, check.evidence.is_of_arrays
            groups.setdefault(key, []).append(check)
    return dict(sorted(groups.items(), key=lambda item: not item[0][1]))


@dataclass(frozen=True)
class Case:
    """The failed checks of one task in which the same method was wrong first.

    Args:
        passed: the passed checks of the task.
        base: the solution with a known mistake; None for the solution.
    """

    matcher: AnswerMatcher
    task: str
    method: str
    failed: Sequence[RecordedCheck]
    passed: Sequence[RecordedCheck]
    base: SourceModule | None = None

    def changed(self) -> dict[str, Diagnosis]:
        """Return the diagnoses by a change of behaviour that gives the submission's answers."""
        for changed in behaviour_changes(self._base, self.task, self.failed):
            if self._is_explained_by(changed):
                return self._diagnosed(changed.id, changed.sentence)
        return {}

    def mutation(self, most: int) -> tuple[int, dict[str, Diagnosis]]:
        """Return the number of tried changes, and the diagnoses by a change with these answers.

        Args:
            most: the number of small changes of the source that may be tried.
        """
        exercise, tried = self.matcher.replayer.exercise, 0
        candidates = mutation_candidates(exercise, self._base.source, self.task, self.method)
        for tried, mutation in zip(range(most), candidates, strict=False):
            try:
                module = SourceModule(mutation.source, exercise.name)
            except SyntaxError:
                continue
            if self._is_explained_by(module):
                return tried + 1, self._diagnosed(mutation.id, mutation.sentence)
        return tried + 1, {}

    @property
    def _base(self) -> SourceModule:
        return self.base or self.matcher.replayer.solution

    @property
    def _was_right(self) -> bool:
        """Whether a passed check has called the method."""
        return any(self.method in methods_in(check.asked) for check in self.passed)

    def _diagnosed(self, name: str, sentence: str) -> dict[str, Diagnosis]:
        return {check.id: Diagnosis(f"generic/{name}", sentence) for check in self.failed}

    def _is_explained_by(self, module: Module) -> bool:
        view = View(self.method)
        wrong = [check for check in self.failed if check.evidence_of(view)]
        if not wrong:
            return False  # answers of NaN alone prove nothing
        if all(check.is_common for check in wrong) and not self._was_right:
            return False
        return all(self.matcher.explains(module, check, view) for check in self.failed) and (
            self.matcher.agrees_with_all(module, self.passed)
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
