"""Grading of right answers with many seeds: in several styles, or those of the reference.

Checks are collected once, and the reference is asked once for each seed. A worker serves its file
for all seeds; the reference answers in this process.

``GRADUS_SEEDS=5`` takes the first 5 seeds, and ``GRADUS_SEEDS=5:20`` goes on with 5 to 19.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from graded_changes import GradedChanges, as_result, trains_nothing

from autograder.course.reading import Exercise, ExerciseTime, find_course
from autograder.judging.rules import derivation, refusal
from autograder.results.report import CheckResult
from autograder.verdicts import Verdict

COURSE = find_course(Path(__file__).parent)


def seeds_of(text: str) -> range:
    """The seeds ``STOP`` or ``START:STOP``."""
    start, _, stop = text.rpartition(":")
    return range(int(start or 0), int(stop))


SEEDS = seeds_of(os.environ.get("GRADUS_SEEDS", "50"))


@dataclass(frozen=True)
class Failure:
    """A check that a right answer does not pass."""

    seed: int
    file: str
    check: str
    verdict: str
    message: str


def is_torch(file: Path) -> bool:
    return "torch" in file.stem


def source_beside(file: Path, exercise: str) -> str:
    """The alternate of the same style for an exercise that `file` needs, or else the solution."""
    result = COURSE.exercise(exercise)
    same_style = file.parents[2] / result.unit / exercise / file.name
    return (same_style if same_style.is_file() else result.solution).read_text("utf-8")


def runs_all(check: pytest.Item) -> bool:
    """Take every check."""
    return True


def failures(
    files: Sequence[Path], seeds: range, needs: Callable[[pytest.Item], bool] = runs_all
) -> Iterator[Failure]:
    """Every check that does not pass of `files`: of one exercise, and for one backend.

    Args:
        needs: whether a check is run.
    """
    exercise = COURSE.exercise(files[0].parent.name)
    patient = replace(exercise, time=ExerciseTime(exercise.time.call, 3600))  # one worker for all
    backend = "torch" if is_torch(files[0]) else "numpy"
    names = [other.name for other in COURSE.with_required([exercise])]
    changes = GradedChanges(COURSE)
    with ExitStack() as stack:
        tested = {}
        for file in files:
            required = {name: source_beside(file, name) for name in names}
            opened = changes.opened(patient, file.read_text("utf-8"), backend, required)
            tested[file.stem] = stack.enter_context(opened)
        for seed in seeds:
            changes.forget_answers()
            for style, (grader, under_test) in tested.items():
                checks = grader.run(replace(under_test, seed=seed), needs=needs)
                yield from _not_passed(seed, style, _final(exercise, checks))


def reference_failures(
    exercise: Exercise,
    seeds: range,
    provider: str = "numpy",
    needs: Callable[[pytest.Item], bool] = trains_nothing,
) -> Iterator[Failure]:
    """Every check of `exercise` that a backend does not pass; by default, none trains models.

    Args:
        needs: whether a check is run.
    """
    changes = GradedChanges(COURSE, provider=provider)
    with changes.opened(exercise, None) as (grader, under_test):
        for seed in seeds:
            changes.forget_answers()
            checks = grader.run(replace(under_test, seed=seed), needs=needs)
            yield from _not_passed(seed, provider, checks)


def _not_passed(seed: int, style: str, checks: Sequence[CheckResult]) -> Iterator[Failure]:
    for result in checks:
        if result.verdict is not Verdict.PASSED:
            yield Failure(seed, style, result.id, result.verdict.value, result.message)


def _final(exercise: Exercise, checks: Sequence[CheckResult]) -> tuple[CheckResult, ...]:
    """Return `checks` as a report judges them together."""
    return derivation(refusal(as_result(exercise, checks))).checks
