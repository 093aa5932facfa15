"""Changed solutions, handed in and graded, with what each check has asked of them.

The checks of an exercise are collected once, and its reference is asked once. So changes come in
the order of their exercises: only the last exercise is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pytest
from grading import fork_or_process

from autograder.conversations.player import RecordedSession
from autograder.course.reading import Course, Exercise, find_course
from autograder.diagnosis.comparison import numpy_errors_ignored
from autograder.diagnosis.diagnose import diagnosed
from autograder.diagnosis.from_recording import diagnosed_from_recording
from autograder.diagnosis.recorded import RecordedCheck, Replayer
from autograder.diagnosis.solution_changes.answer_matcher import AnswerMatcher
from autograder.diagnosis.solution_changes.search import Trials
from autograder.grading.checks_run import Selection
from autograder.grading.grader import Grader
from autograder.grading.pytest_plugin import fixtures_of
from autograder.grading.setting import GradeOptions, GradingSetting
from autograder.grading.under_test import ExerciseUnderTest
from autograder.grading.watching import Memory
from autograder.results.report import CheckResult, Diagnosis, ExerciseResult, TaskResult
from autograder.sandbox.session.session import Session, Transcript
from autograder.verdicts import Verdict
from framework.models.parts import PartSource
from framework.providers.backends import REFERENCE, part_source
from framework.providers.loaded_plugins import Plugins
from plugins.authoring.audit.trials import handed_in


def trains_nothing(check: pytest.Item) -> bool:
    """Return whether a check trains no model."""
    return "metric_threshold" not in fixtures_of(check)


def untrained(items: list[pytest.Item]) -> None:
    """Leave out the checks that train a model."""
    items[:] = filter(trains_nothing, items)


def named(*names: str) -> Selection:
    """Return what leaves out all checks but those of these names."""

    def select(items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.name in names]

    return select


@dataclass(frozen=True)
class Told:
    """What is said of one failed check: the ids are empty where nothing is."""

    check: str
    hidden: bool
    id: str = ""
    second: str = ""
    sentence: str = ""

    @property
    def names(self) -> set[str]:
        """The ids of the mistakes that are named."""
        return {self.id, self.second} - {""}


def as_result(exercise: Exercise, checks: Sequence[CheckResult]) -> ExerciseResult:
    """Return `checks` as rules judge them together."""
    tasks = tuple(TaskResult(check.task, (check,)) for check in checks)
    return ExerciseResult(exercise.name, exercise.unit, exercise.title, tasks)


@dataclass(frozen=True)
class Graded:
    """One submission: its checks, what they asked, and the reference that answered."""

    exercise: Exercise
    checks: Sequence[CheckResult]
    transcripts: Mapping[str, Transcript]
    reference: Session
    parts: PartSource

    @property
    def failed(self) -> list[CheckResult]:
        """The checks that it does not pass."""
        return [check for check in self.checks if check.verdict is not Verdict.PASSED]

    def explained(self, **options: bool) -> list[CheckResult]:
        """Return the checks, with a diagnosis where there is one."""
        if isinstance(self.reference, RecordedSession):
            tapes = {check.id: self.reference.tape_of(check.id) for check in self.checks}
            return diagnosed_from_recording(self.checks, self.transcripts, tapes)
        return diagnosed(self.exercise, self.checks, self.transcripts, self.parts, **options)

    def told(self, **options: bool) -> list[Told]:
        """Return what is said of each check that it does not pass."""
        failed = (c for c in self.explained(**options) if c.verdict is not Verdict.PASSED)
        return [_told(check, check.diagnosis) for check in failed]

    def is_answered_by(self, source: str, check: str) -> bool:
        """Return whether a changed solution gives all answers of the check named `check`."""
        (result,) = (item for item in self.checks if item.id.split("::")[1] == check)
        trials = Trials(1)
        matcher = AnswerMatcher(Replayer(self.exercise, self.parts), trials)
        recorded = RecordedCheck(result, self.transcripts[result.id].exchanges, matcher.replayer)
        with numpy_errors_ignored():
            return matcher.agrees(matcher.replayer.module(source), recorded)

    def diagnoses(self, **options: bool) -> dict[str, Diagnosis]:
        """By the name of each failed check that has one."""
        checks = self.explained(**options)
        return {check.id.split("::")[1]: check.diagnosis for check in checks if check.diagnosis}

    def told_if_failed(self) -> dict[str, Diagnosis]:
        """What would be said, had every check failed."""
        failed = [replace(check, verdict=Verdict.FAILED) for check in self.checks]
        return replace(self, checks=failed).diagnoses()


class GradedChanges:
    """Grades changed solutions, one after the other in this process.

    Args:
        course: has the solutions.
        graded_in: the course or the kit that grades; by default `course`.
        options: of `GradeOptions`.
    """

    def __init__(
        self, course: Course | None = None, graded_in: Course | None = None, **options: Any
    ) -> None:
        self.course = course or find_course()
        self.graded_in, self._options = graded_in or self.course, options
        self._last: tuple[str, str] = "", ""
        self._memory = Memory()

    def graded(
        self,
        name: str,
        source: str,
        backend: str = REFERENCE,
        required: Mapping[str, str] | None = None,
        select: Selection | None = None,
    ) -> Graded:
        """Return `source` as it is graded, without a diagnosis.

        Args:
            required: sources of what it requires; the solutions are used for the others.
            select: leaves checks out.
        """
        exercise = self.graded_in.exercise(name)
        with self.opened(exercise, source, backend, required) as (grader, under_test):
            checks = grader.run(under_test, select=select)
            asked, reference = under_test.transcripts, under_test.reference_session
        parts = part_source(self._plugins.registry, [REFERENCE])
        return Graded(exercise, checks, asked, reference, parts)

    @contextmanager
    def opened(
        self,
        exercise: Exercise,
        source: str | None,
        backend: str = REFERENCE,
        required: Mapping[str, str] | None = None,
    ) -> Iterator[tuple[Grader, ExerciseUnderTest]]:
        """Yield a grader of `source`, and what it grades; without a source, a provider's."""
        options = GradeOptions(**{"backend": backend, **self._options})
        setting = GradingSetting(self.graded_in, self._plugins, fork_or_process(), options)
        memory = self._memory_of(exercise.name, backend)
        with ExitStack() as stack:
            submission = None
            if source is not None:
                whole = replace(setting, course=self.course)
                solved = self.course.exercise(exercise.name)
                submission = handed_in(whole, solved, "a test", source, required)
                stack.enter_context(submission)
            grader = stack.enter_context(closing(Grader(setting, submission, memory=memory)))
            yield grader, stack.enter_context(grader.under_test(exercise))

    def forget_answers(self) -> None:
        """Forget what the reference has answered; those who ask it keep their places."""
        for remembered in self._memory.answers.values():
            remembered.clear()

    def _memory_of(self, name: str, backend: str) -> Memory:
        if self._last != (name, backend):
            self._last, self._memory = (name, backend), Memory()
        return self._memory

    @cached_property
    def _plugins(self) -> Plugins:
        return Plugins(course=self.graded_in)


def _told(check: CheckResult, said: Diagnosis | None) -> Told:
    name = check.id.split("::")[1]
    if said is None:
        return Told(name, check.hidden)
    second = said.second.id if said.second else ""
    return Told(name, check.hidden, said.id, second, said.sentence)
