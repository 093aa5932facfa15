"""Grading of right answers in several styles with many seeds: all of an exercise at once.

Checks are collected once, and the reference is asked once for each seed. A worker serves its file
for all seeds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from autograder.course.reading import Exercise, TimeBudget, find_course
from autograder.grading.many.grader import Shared, SharingGrader
from autograder.grading.setting import Setting
from autograder.grading.under_test import ExerciseUnderTest
from autograder.isolation.sandboxes import Sandbox, choose
from autograder.record.derivations import without_differences
from autograder.record.refusals import without_empty_refusals
from autograder.record.results import CheckResult, ExerciseResult, TaskResult
from autograder.submissions.submission import Staging, Submission, SubmittedFile
from autograder.verdicts import Verdict
from framework.errors import SandboxError
from framework.providers.plugins import Plugins

COURSE = find_course(Path(__file__).parent)


@dataclass(frozen=True)
class Failure:
    """A check that a right answer does not pass."""

    seed: int
    file: str
    check: str
    verdict: str
    message: str


@cache
def sandbox() -> Sandbox:
    """The fork server, whose workers start in milliseconds, or else `process`."""
    try:
        return choose("fork")
    except SandboxError:
        return choose("process")


def is_torch(file: Path) -> bool:
    return "torch" in file.stem


def source_beside(file: Path, exercise: str) -> str:
    """The alternate of the same style for an exercise that `file` needs, or else the solution."""
    found = COURSE.exercise(exercise)
    same_style = file.parents[2] / found.unit / exercise / file.name
    return (same_style if same_style.is_file() else found.solution).read_text("utf-8")


def handed_in(file: Path) -> Submission:
    exercise = COURSE.exercise(file.parent.name)
    sources = {name: source_beside(file, name) for name in exercise.requires}
    sources[exercise.name] = file.read_text("utf-8")
    files = {
        name: SubmittedFile(name, file, f"{name}.py", f"{name}.py", source)
        for name, source in sources.items()
    }
    return Submission(file.stem, files, "", (), Staging(sources))


def failures(files: Sequence[Path], seeds: range) -> Iterator[Failure]:
    """Every check that does not pass of `files`: of one exercise, and for one backend."""
    exercise = COURSE.exercise(files[0].parent.name)
    patient = replace(exercise, time=TimeBudget(exercise.time.call, 3600))  # one worker for all
    backend = "torch" if is_torch(files[0]) else "numpy"
    setting, shared = Setting(COURSE, Plugins(), sandbox(), backend), Shared()
    with ExitStack() as opened:
        tested = {file.stem: _opened(opened, setting, shared, file, patient) for file in files}
        for seed in seeds:
            shared.forget_answers()
            for style, (grader, under_test) in tested.items():
                checks = grader.run(patient, replace(under_test, seed=seed))
                yield from (
                    Failure(seed, style, result.id, result.verdict.value, result.message)
                    for result in _final(exercise, checks)
                    if result.verdict is not Verdict.PASSED
                )


def _final(exercise: Exercise, checks: Sequence[CheckResult]) -> tuple[CheckResult, ...]:
    """Return `checks` as a report judges them together."""
    result = ExerciseResult(
        exercise.name, exercise.unit, exercise.title, (TaskResult("all", tuple(checks)),)
    )
    return without_differences(without_empty_refusals(result)).checks


def _opened(
    opened: ExitStack, setting: Setting, shared: Shared, file: Path, exercise: Exercise
) -> tuple[SharingGrader, ExerciseUnderTest]:
    grader = SharingGrader(setting, opened.enter_context(handed_in(file)), shared=shared)
    opened.callback(grader.close)
    return grader, opened.enter_context(grader.under_test(exercise))
