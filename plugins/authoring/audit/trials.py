"""Grading of changed solutions, with the verdicts that students' files would get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from autograder.course.borrowed import borrowed_sources
from autograder.course.reading import Exercise
from autograder.grading.checks_run import task_of
from autograder.grading.grader import Grader
from autograder.grading.manual_points import NO_POINTS
from autograder.grading.pytest_plugin import fixtures_of
from autograder.grading.setting import GradingSetting
from autograder.grading.watching import Memory
from autograder.grading.written_answers import grade_answers
from autograder.results.report import CheckResult
from autograder.submissions.submission import Staging, Submission
from autograder.submissions.submitted_file import SubmittedFile
from autograder.verdicts import Verdict
from framework.errors import GradusError

#: Fixtures that a check asks for when it trains a model.
_TRAINED = frozenset({"metric_threshold", "plot"})


@dataclass(frozen=True)
class Trial:
    """One changed solution that is graded.

    Args:
        exercise: the exercise's name.
        label: its name in messages.
        source: the changed text of the solution.
        stop_early: one failing check is enough; otherwise one for each task.
    """

    exercise: str
    label: str
    source: str
    stop_early: bool


@dataclass(frozen=True)
class Failure:
    """A check that a changed solution did not pass."""

    check: str
    task: str


class CheckSelection:
    """Selects the checks that can still say something new, and sorts them.

    Args:
        stop_early: one failure of any task is enough; otherwise one failure of each task.
    """

    def __init__(self, *, stop_early: bool) -> None:
        self._stop_early = stop_early
        self._failed: set[str] = set()

    def sort(self, items: list[pytest.Item]) -> None:
        """Put the checks that train a model last; they cost more than all others."""
        items.sort(key=lambda item: not _TRAINED.isdisjoint(fixtures_of(item)))

    def note(self, result: CheckResult) -> None:
        """Note the task of a check that did not pass."""
        if result.verdict is not Verdict.PASSED:
            self._failed.add(result.task)

    def needs(self, item: pytest.Item) -> bool:
        """Return whether a check can say something new after the results so far."""
        return not self._failed if self._stop_early else task_of(item) not in self._failed


class AuditTrials:
    """Carries out trials one after the other, in one process.

    The checks of an exercise are collected once, and its reference is asked once. Trials come in
    the order of their exercises, so only the last exercise is kept.
    """

    def __init__(self, setting: GradingSetting) -> None:
        self._setting = setting
        self._exercise = ""
        self._memory = Memory()

    def attempt(self, trial: Trial) -> tuple[Failure, ...]:
        """Grade `trial` and return the checks that it fails.

        Raises:
            GradusError: gradus has a fault, so there is no result.
        """
        exercise = self._setting.course.exercise(trial.exercise)
        with handed_in(self._setting, exercise, trial.label, trial.source) as submission:
            results = self._results(exercise, trial, submission)
        for result in results:
            if result.verdict is Verdict.NOT_GRADED:
                raise GradusError(f"{trial.exercise}, {trial.label}, {result.id}: {result.message}")
        right = (Verdict.PASSED, Verdict.FOR_A_PERSON)
        return tuple(Failure(r.id, r.task) for r in results if r.verdict not in right)

    def _results(
        self, exercise: Exercise, trial: Trial, submission: Submission
    ) -> Sequence[CheckResult]:
        if exercise.questions:
            return grade_answers(exercise, submission, self._setting.seed, NO_POINTS).checks
        grader = Grader(self._setting, submission, memory=self._memory_of(exercise))
        try:
            selection = CheckSelection(stop_early=trial.stop_early)
            with grader.under_test(exercise) as under_test:
                return grader.run(under_test, selection.note, selection.sort, selection.needs)
        finally:
            grader.close()

    def _memory_of(self, exercise: Exercise) -> Memory:
        if self._exercise != exercise.name:
            self._exercise, self._memory = exercise.name, Memory()
        return self._memory


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
    required = {name: setting.course.exercise(name) for name in exercise.requires}
    sources = {name: other.solution_source() for name, other in required.items()}
    sources |= {**(required_sources or {}), exercise.name: source}
    files = {
        name: SubmittedFile(name, exercise.solution, f"{name}.py", f"{name}.py", source)
        for name, source in sources.items()
    }
    sources |= borrowed_sources(setting.course, [exercise])
    return Submission(label, files, "", (), Staging(sources))
