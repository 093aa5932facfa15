"""Grading of changed solutions, with the verdicts that students' files would get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

import pytest

from autograder.audit.reach import Reached, affected_names
from autograder.course.borrowed import borrowed_sources
from autograder.course.reading import Exercise
from autograder.grading.checks_run import task_of
from autograder.grading.grader import Grader, Memory
from autograder.grading.manual_points import NO_POINTS
from autograder.grading.pytest_plugin import fixtures_of, id_of
from autograder.grading.setting import Setting
from autograder.grading.written_answers import grade_answers
from autograder.isolation.host.sandbox_session import IMPORT
from autograder.record.results import CheckResult
from autograder.submissions.submission import Staging, Submission
from autograder.submissions.submitted_file import SubmittedFile
from autograder.verdicts import Verdict
from framework.errors import GradusError

#: Fixtures that a check asks for when it trains a model.
_TRAINED = frozenset({"metric_threshold", "plot"})


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
        first, last = equal_ends(old, new)
        start, tail = _length(old[:first]), _length(old[len(old) - last :])
        return cls(base, start, len(base) - tail, changed[start : len(changed) - tail])

    @property
    def whole(self) -> str:
        """The changed text."""
        return self.base[: self.start] + self.text + self.base[self.end :]


def equal_ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """Return the number of equal lines before the first difference, and after the last one."""
    first = _equal_lines(old, new)
    return first, _equal_lines(old[first:][::-1], new[first:][::-1])


def _equal_lines(old: Sequence[str], new: Sequence[str]) -> int:
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


class Enough:
    """Decides which checks can still say something new, and in which order they run.

    Args:
        stop_early: one failure of any task is enough; otherwise one of each.
        unaffected: ids of the checks that the change cannot reach.
    """

    def __init__(self, *, stop_early: bool, unaffected: frozenset[str]) -> None:
        self._stop_early = stop_early
        self._unaffected = unaffected
        self._failed: set[str] = set()

    def sort(self, items: list[pytest.Item]) -> None:
        """Put the checks that may be left out last, and before them those that train a model."""
        items.sort(
            key=lambda item: (
                id_of(item) in self._unaffected,
                not _TRAINED.isdisjoint(fixtures_of(item)),  # it costs more than all the rest
            )
        )

    def note(self, result: CheckResult) -> None:
        """Note the task of a check that did not pass."""
        if result.call == IMPORT:
            self._unaffected = frozenset()  # a file that cannot be imported fails every check
        if result.verdict is not Verdict.PASSED:
            self._failed.add(result.task)

    def needs(self, item: pytest.Item) -> bool:
        """Return whether a check can say something new after the results so far."""
        if id_of(item) in self._unaffected:
            return False
        return not self._failed if self._stop_early else task_of(item) not in self._failed


class Trials:
    """Carries out trials one after the other, in one process.

    The checks of an exercise are collected once, and its reference is asked once. A check that the
    change cannot reach does not run again. Trials come in the order of their exercises, so only the
    last exercise is kept.
    """

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._exercise = ""
        self._memory, self._reached = Memory(), Reached({})

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
            return self._checked(grader, exercise, trial)
        finally:
            grader.close()

    def _checked(self, grader: Grader, exercise: Exercise, trial: Trial) -> list[CheckResult]:
        """Run the checks of `trial` that may still say something new."""
        affected = affected_names(exercise.solution_source(), trial.source)
        unaffected = self._reached.unaffected(affected)
        enough = Enough(stop_early=trial.stop_early, unaffected=unaffected)
        with grader.under_test(exercise) as under_test:

            def note(result: CheckResult) -> None:
                enough.note(result)
                if result.verdict is Verdict.PASSED:
                    called = under_test.session.calls.called_names
                    self._reached.note(result.id, called, result.evidence.uses)

            return grader.run(under_test, note, enough.sort, enough.needs)

    def _memory_of(self, exercise: Exercise) -> Memory:
        if self._exercise != exercise.name:
            self._exercise, self._memory = exercise.name, Memory()
            self._reached = Reached({task.registry_name: task.name for task in exercise.tasks})
        return self._memory


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
