"""Grading of one changed solution, in the same way as a student's file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

import pytest

from autograder.course.borrowed import borrowed_sources
from autograder.course.reading import Exercise
from autograder.grading.collector import result_in, task_of
from autograder.grading.grader import Grader
from autograder.grading.pytest_plugin import id_of
from autograder.grading.pytest_run import TrainedLast, run_checks
from autograder.grading.setting import Setting
from autograder.grading.written.manual_points import NO_POINTS
from autograder.grading.written.results import grade_answers
from autograder.record.results import CheckResult
from autograder.submissions.submission import Staging, Submission
from autograder.submissions.submitted_file import SubmittedFile
from autograder.verdicts import Verdict
from framework.errors import GradusError


@dataclass(frozen=True)
class Change:
    """A text, stored as its difference from another one: an audit has thousands of nearly equal.

    Args:
        base: the other text.
        start: the part of `base` before the difference, in characters.
        end: where the part of `base` after it begins.
        text: what is between the two parts.
    """

    base: str
    start: int
    end: int
    text: str

    @classmethod
    def between(cls, base: str, changed: str) -> Change:
        """Return what makes `changed` of `base`, in whole lines."""
        old, new = base.splitlines(keepends=True), changed.splitlines(keepends=True)
        first = equal_lines(old, new)
        last = equal_lines(old[first:][::-1], new[first:][::-1])
        start, tail = _length(old[:first]), _length(old[len(old) - last :])
        return cls(base, start, len(base) - tail, changed[start : len(changed) - tail])

    @property
    def whole(self) -> str:
        """The changed text."""
        return self.base[: self.start] + self.text + self.base[self.end :]


def equal_lines(old: Sequence[str], new: Sequence[str]) -> int:
    """Return the number of equal lines before the first difference."""
    pairs = zip(old, new, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _length(lines: Sequence[str]) -> int:
    return sum(map(len, lines))


@dataclass(frozen=True)
class Trial:
    """One changed solution that is graded.

    Args:
        exercise: the exercise's name.
        label: its name in messages.
        change: what is changed of its solution.
        stop_early: one failing check is enough; otherwise one for each task.
    """

    exercise: str
    label: str
    change: Change
    stop_early: bool

    @property
    def source(self) -> str:
        """The changed text of the solution."""
        return self.change.whole


@dataclass(frozen=True)
class Failure:
    """A check that a changed solution did not pass."""

    check: str
    task: str


class OneFailurePerTask(TrainedLast):
    """A pytest plugin that runs no further check of a task once one of its checks has failed.

    Attributes:
        left_out: ids of the checks that were not run.
    """

    def __init__(self) -> None:
        self.left_out: set[str] = set()
        self._failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the task of a check that did not pass."""
        result = result_in(report)
        if result is not None and result.verdict is not Verdict.PASSED:
            self._failed.add(result.task)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Skip a check of such a task before its fixtures are set up."""
        if task_of(item) in self._failed:
            self.left_out.add(id_of(item))
            pytest.skip("another check of the task has failed")


def attempt(setting: Setting, trial: Trial) -> tuple[Failure, ...]:
    """Grade `trial` and return the checks that it fails.

    Raises:
        GradusError: gradus has a fault, so there is no result.
    """
    exercise = setting.course.exercise(trial.exercise)
    with handed_in(setting, exercise, trial.label, trial.source) as submission:
        results = _results(setting, exercise, trial, submission)
    for result in results:
        if result.verdict is Verdict.NOT_GRADED:
            raise GradusError(f"{trial.exercise}, {trial.label}, {result.id}: {result.message}")
    right = (Verdict.PASSED, Verdict.FOR_A_PERSON)
    return tuple(Failure(r.id, r.task) for r in results if r.verdict not in right)


def _results(
    setting: Setting, exercise: Exercise, trial: Trial, submission: Submission
) -> Sequence[CheckResult]:
    if exercise.questions:
        return grade_answers(exercise, submission, setting.seed, NO_POINTS).checks
    grader = Grader(setting, submission)
    try:
        return _checked(grader, exercise, trial)
    finally:
        grader.close()


def _checked(grader: Grader, exercise: Exercise, trial: Trial) -> list[CheckResult]:
    """Run the checks of `trial` that may still say something new."""
    with grader.under_test(exercise) as under_test:
        if trial.stop_early:
            return run_checks(exercise, under_test, stop_early=True)
        plugin = OneFailurePerTask()
        results = run_checks(exercise, under_test, plugins=[plugin])
    return [result for result in results if result.id not in plugin.left_out]


def handed_in(
    setting: Setting,
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
