"""Changed solutions, handed in and graded, with what each check has asked of them.

The checks of an exercise are collected once, and its reference is asked once. So changes come in
the order of their exercises: only the last exercise is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import pytest
from grading import fork_or_process

from autograder.course.reading import Course, Exercise, find_course
from autograder.diagnosis.comparison import numpy_errors_ignored
from autograder.diagnosis.diagnose import diagnosed
from autograder.diagnosis.recorded import RecordedCheck, Replayer
from autograder.diagnosis.solution_changes.answer_matcher import AnswerMatcher
from autograder.diagnosis.solution_changes.search import Trials
from autograder.grading.checks_run import Selection
from autograder.grading.grader import Grader
from autograder.grading.pytest_plugin import fixtures_of
from autograder.grading.setting import GradeOptions, GradingSetting
from autograder.grading.watching import Memory
from autograder.results.report import CheckResult, Diagnosis
from autograder.sandbox.runners import choose
from autograder.sandbox.session.session import Transcript
from autograder.verdicts import Verdict
from framework.models.parts import PartSource
from framework.providers.backends import REFERENCE, part_source
from framework.providers.loaded_plugins import Plugins
from plugins.authoring.audit.trials import handed_in


def untrained(items: list[pytest.Item]) -> None:
    """Leave out the checks that train a model."""
    items[:] = [item for item in items if "metric_threshold" not in fixtures_of(item)]


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


@dataclass(frozen=True)
class Graded:
    """One submission: its checks, and what they asked."""

    exercise: Exercise
    checks: list[CheckResult]
    transcripts: Mapping[str, Transcript]
    parts: PartSource

    @property
    def failed(self) -> list[CheckResult]:
        """The checks that it does not pass."""
        return [check for check in self.checks if check.verdict is not Verdict.PASSED]

    def explained(self, **options: bool) -> list[CheckResult]:
        """Return the checks, with a diagnosis where there is one."""
        return diagnosed(self.exercise, self.checks, self.transcripts, self.parts, **options)

    def told(self, **options: bool) -> list[Told]:
        """Return what is said of each check that it does not pass."""
        failed = (c for c in self.explained(**options) if c.verdict is not Verdict.PASSED)
        return [_told(check, check.diagnosis) for check in failed]

    def is_answered_by(self, source: str, check: str) -> bool:
        """Return whether a changed solution gives all answers of the check named `check`."""
        (result,) = (one for one in self.checks if one.id.split("::")[1] == check)
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
        told = Graded(self.exercise, failed, self.transcripts, self.parts)
        return told.diagnoses()


class GradedChanges:
    """Grades changed solutions, one after the other in this process."""

    def __init__(self, course: Course | None = None) -> None:
        self.course = course or find_course()
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
        exercise, setting = self.course.exercise(name), self._setting(backend)
        with handed_in(setting, exercise, "a test", source, required) as submission:
            grader = Grader(setting, submission, memory=self._memory_of(name, backend))
            try:
                with grader.under_test(exercise) as under_test:
                    checks = grader.run(under_test, select=select)
                    asked = under_test.transcripts
            finally:
                grader.close()
        parts = part_source(setting.plugins.registry, [REFERENCE])
        return Graded(exercise, checks, asked, parts)

    def _memory_of(self, name: str, backend: str) -> Memory:
        if self._last != (name, backend):
            self._last, self._memory = (name, backend), Memory()
        return self._memory

    def _setting(self, backend: str) -> GradingSetting:
        sandbox = fork_or_process() if backend == REFERENCE else choose("process")
        return GradingSetting(self.course, self._plugins, sandbox, GradeOptions(backend=backend))

    @cached_property
    def _plugins(self) -> Plugins:
        return Plugins(course=self.course)


def _told(check: CheckResult, said: Diagnosis | None) -> Told:
    name = check.id.split("::")[1]
    if said is None:
        return Told(name, check.hidden)
    second = said.second.id if said.second else ""
    return Told(name, check.hidden, said.id, second, said.sentence)
