"""Grading of changed solutions, with the verdicts that students' files would get."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

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
from plugins.authoring.audit.findings import AuditFinding

#: Fixtures that a check asks for when it trains a model.
_TRAINED = frozenset({"metric_threshold", "plot"})
#: What a check gives for a right answer.
RIGHT = (Verdict.PASSED, Verdict.FOR_A_PERSON)


@dataclass(frozen=True)
class Trial:
    """One changed solution that is graded.

    Args:
        exercise: the exercise's name.
        source: the changed text of the solution.
        stop_early: one failing check is enough; otherwise one for each task.
        finding: what is said of it if no check fails; None for the unchanged solution.
        also_fails: for a mistake, further tasks whose checks may fail.
    """

    exercise: str
    source: str
    stop_early: bool
    finding: AuditFinding | None = None
    also_fails: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Its name in messages."""
        return self.finding.id if self.finding is not None else "the solution"


@dataclass(frozen=True)
class Failure:
    """A check that a changed solution did not pass."""

    check: str
    task: str


class AuditTrials:
    """Carries out trials one after the other, in one process.

    The checks of an exercise are collected once, and its reference is asked once. Trials come in
    the order of their exercises, so only the last exercise is kept.
    """

    def __init__(self, setting: GradingSetting) -> None:
        self._setting = setting
        self._memory: dict[str, Memory] = {}

    def attempt(self, trial: Trial) -> tuple[Failure, ...]:
        """Grade `trial` and return the checks that it fails.

        Raises:
            GradusError: gradus has a fault, so there is no result.
        """
        setting = self._setting
        exercise = setting.course.exercise(trial.exercise)
        with handed_in(setting, exercise, trial.label, trial.source) as submission:
            if exercise.questions:
                results = grade_answers(exercise, submission, setting.seed).checks
            else:
                results = self._results(exercise, submission, trial)
        for result in results:
            if result.verdict is Verdict.NOT_GRADED:
                raise GradusError(f"{trial.exercise}, {trial.label}, {result.id}: {result.message}")
        return tuple(Failure(r.id, r.task) for r in results if r.verdict not in RIGHT)

    def _results(
        self, exercise: Exercise, submission: Submission, trial: Trial
    ) -> tuple[CheckResult, ...]:
        """Run the checks that can still say something new; those that train a model come last."""
        settled = set(trial.also_fails)  # tasks of which nothing new can be said

        def note(result: CheckResult) -> None:
            if result.verdict is not Verdict.PASSED:
                settled.add(result.task)

        def sort(items: list[pytest.Item]) -> None:
            items.sort(key=lambda item: not _TRAINED.isdisjoint(fixtures_of(item)))

        def is_needed(item: pytest.Item) -> bool:
            return not settled if trial.stop_early else task_of(item) not in settled

        if exercise.name not in self._memory:
            self._memory = {exercise.name: Memory()}
        memory = self._memory[exercise.name]
        with (
            closing(Grader(self._setting, submission, memory=memory)) as grader,
            grader.under_test(exercise) as under_test,
        ):
            return tuple(grader.run(under_test, note, sort, is_needed))


def handed_in(
    setting: GradingSetting,
    exercise: Exercise,
    label: str,
    source: str,
    required_sources: Mapping[str, str] | None = None,
) -> Submission:
    """Return a submission of `source` and of what it requires.

    Args:
        required_sources: of required exercises; the solutions are used for the others.
    """
    needed = setting.course.with_required([exercise])
    sources = {other.name: other.solution_source() for other in needed}
    sources |= {**(required_sources or {}), exercise.name: source}
    return submission_of(label, sources, borrowed_sources(setting.course, [exercise]))
