"""Grading of changed solutions, with the verdicts that students' files would get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

import pytest

from autograder.course.borrowing import borrowed_sources
from autograder.course.reading import Exercise
from autograder.grading.checks_run import task_of
from autograder.grading.grader import Grader
from autograder.grading.pytest_plugin import fixtures_of
from autograder.grading.setting import GradingSetting
from autograder.grading.watching import Memory
from autograder.grading.written_answers import grade_answers
from autograder.results.report import CheckResult
from autograder.submissions.submission import Submission, submission_of
from autograder.verdicts import Verdict
from framework.errors import GradusError
from plugins.authoring.audit.findings import AuditFinding, AuditOutcome

#: Fixtures that a check asks for when it trains a model.
_TRAINED = frozenset({"metric_threshold", "plot"})
#: What a check gives for a right answer.
RIGHT = (Verdict.PASSED, Verdict.FOR_A_PERSON)


@dataclass(frozen=True)
class Trial:
    """One changed solution that is graded.

    Args:
        finding: what is said of it if no check fails; None for the unchanged solution.
        also_fails: for a mistake, further tasks whose checks may fail.
    """

    exercise: str
    source: str
    finding: AuditFinding | None = None
    also_fails: tuple[str, ...] = ()


class AuditTrials:
    """Carries out trials one after the other, in one process.

    The checks of an exercise are collected once, and its reference is asked once. Trials come in
    the order of their exercises, so only the last exercise is kept.
    """

    def __init__(self, setting: GradingSetting) -> None:
        self._setting = setting
        self._memory: dict[str, Memory] = {}

    def attempt(self, trial: Trial) -> AuditFinding | None:
        """Grade `trial` and return what is found; None for the unchanged solution."""
        setting = self._setting
        exercise = setting.course.exercise(trial.exercise)
        label = trial.finding.id if trial.finding is not None else "the solution"
        with handed_in(setting, exercise, label, trial.source) as submission:
            if exercise.questions:
                results = grade_answers(exercise, submission, setting.seed).checks
            else:
                results = self._results(exercise, submission, trial)
        for result in results:
            if result.verdict is Verdict.NOT_GRADED:
                raise GradusError(f"{trial.exercise}, {label}, {result.id}: {result.message}")
        return _judged(trial, [result for result in results if result.verdict not in RIGHT])

    def _results(
        self, exercise: Exercise, submission: Submission, trial: Trial
    ) -> tuple[CheckResult, ...]:
        """Run the checks that can still say something new; those that train a model come last."""
        settled = set(trial.also_fails)  # tasks of which nothing new can be said
        is_mistake = trial.finding is not None and trial.finding.task != ""

        def note(result: CheckResult) -> None:
            if result.verdict is not Verdict.PASSED:
                settled.add(result.task)

        def sort(items: list[pytest.Item]) -> None:
            items.sort(key=lambda item: not _TRAINED.isdisjoint(fixtures_of(item)))

        def is_needed(item: pytest.Item) -> bool:
            return task_of(item) not in settled if is_mistake else not settled

        if exercise.name not in self._memory:
            self._memory = {exercise.name: Memory()}
        memory = self._memory[exercise.name]
        with (
            closing(Grader(self._setting, submission, memory=memory)) as grader,
            grader.under_test(exercise) as under_test,
        ):
            return tuple(grader.run(under_test, note, sort, is_needed))


def _judged(trial: Trial, failed: Sequence[CheckResult]) -> AuditFinding | None:
    """Return the finding of `trial`; raise `GradusError` if the unchanged solution fails."""
    finding, name = trial.finding, trial.exercise
    if not failed:
        return finding
    if finding is None:
        raise GradusError(
            f"the solution of {name} fails its own check {failed[0].id}: "
            f"`grade {name} --submission solutions` shows why"
        )
    finding = replace(finding, failed=tuple(check.id for check in failed))
    if finding.outcome is AuditOutcome.EQUIVALENT:
        return replace(finding, outcome=AuditOutcome.NOT_EQUIVALENT)
    tasks = {check.task for check in failed}
    stray = sorted(tasks - {finding.task, *trial.also_fails}) if finding.task else []
    if stray:
        note = f"fails {', '.join(stray)}, not only {finding.task}"
        return replace(finding, outcome=AuditOutcome.WRONG_TASK, note=note)
    if finding.task and finding.task not in tasks:
        return finding
    return replace(finding, outcome=AuditOutcome.KILLED)


def handed_in(
    setting: GradingSetting,
    exercise: Exercise,
    label: str,
    source: str,
    required_sources: Mapping[str, str] | None = None,
) -> Submission:
    """Return a submission of `source`, with `required_sources` or solutions beside it."""
    needed = setting.course.with_required([exercise])
    sources = {other.name: other.solution_source() for other in needed}
    sources |= {**(required_sources or {}), exercise.name: source}
    return submission_of(label, sources, borrowed_sources(setting.course, [exercise]))
