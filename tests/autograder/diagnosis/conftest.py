"""Changed solutions, handed in and graded, with what each check has asked of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pytest

from autograder.course.mistakes import load_mistakes
from autograder.course.reading import Course, Exercise, find_course
from autograder.diagnosis.diagnose import diagnosed
from autograder.grading.grader import Grader
from autograder.grading.pytest_run import run_checks
from autograder.grading.setting import Setting
from autograder.isolation.host.transcript import Transcript
from autograder.isolation.sandboxes import choose
from autograder.record.results import CheckResult, Diagnosis
from autograder.submissions.submission import Staging, Submission, SubmittedFile
from autograder.verdicts import Verdict
from framework.models.parts import PartSource
from framework.providers.backends import REFERENCE, part_source
from framework.providers.plugins import Plugins


@dataclass(frozen=True)
class Graded:
    """One submission: its checks, and what they asked."""

    exercise: Exercise
    checks: list[CheckResult]
    transcripts: Mapping[str, Transcript]
    parts: PartSource

    def diagnoses(self, **options: bool) -> dict[str, Diagnosis]:
        """By the name of each failed check that has one."""
        checks = diagnosed(self.exercise, self.checks, self.transcripts, self.parts, **options)
        return {check.id.split("::")[1]: check.diagnosis for check in checks if check.diagnosis}

    def told_if_failed(self) -> dict[str, Diagnosis]:
        """What would be said, had every check failed."""
        failed = [replace(check, verdict=Verdict.FAILED) for check in self.checks]
        told = Graded(self.exercise, failed, self.transcripts, self.parts)
        return told.diagnoses()


@pytest.fixture(scope="session")
def course() -> Course:
    return find_course()


@pytest.fixture(scope="session")
def hand_in(course: Course) -> Callable[..., Graded]:
    """`hand_in("rnn", source)`: graded as a submission, without a diagnosis.

    Solutions of what it requires lie beside it, or what is given as ``required={name: source}``.
    """

    def hand_in(
        name: str, source: str, backend: str = REFERENCE, required: Mapping[str, str] | None = None
    ) -> Graded:
        setting = Setting(course, Plugins(), choose("process"), backend)
        exercise = course.exercise(name)
        sources = {
            other: course.exercise(other).solution.read_text("utf-8") for other in exercise.requires
        }
        sources |= {**(required or {}), name: source}
        files = {
            other: SubmittedFile(other, exercise.solution, f"{other}.py", f"{other}.py", text)
            for other, text in sources.items()
        }
        with Submission("a test", files, "", (), Staging(sources)) as submission:
            grader = Grader(setting, submission)
            try:
                with grader.under_test(exercise) as under_test:
                    checks = run_checks(exercise, under_test)
            finally:
                grader.close()
        parts = part_source(setting.plugins.registry, [REFERENCE])
        return Graded(exercise, checks, under_test.transcripts, parts)

    return hand_in


@pytest.fixture(scope="session")
def with_mistake(course: Course, hand_in: Callable[..., Graded]) -> Callable[..., Graded]:
    """`with_mistake("rnn", "no-bias")`: the solution with a listed mistake, handed in."""

    def with_mistake(name: str, mistake: str) -> Graded:
        exercise = course.exercise(name)
        known = {known.id: known for known in load_mistakes(exercise)}
        return hand_in(name, known[mistake].apply(exercise.solution.read_text("utf-8")))

    return with_mistake


@pytest.fixture(scope="session")
def changed(course: Course, hand_in: Callable[..., Graded]) -> Callable[..., Graded]:
    """`changed("rnn", old, new)`: the solution with another piece of text, handed in."""

    def changed(name: str, *replacements: str) -> Graded:
        source = course.exercise(name).solution.read_text("utf-8")
        for old, new in zip(replacements[::2], replacements[1::2], strict=True):
            assert source.count(old) == 1, old
            source = source.replace(old, new)
        return hand_in(name, source)

    return changed
