"""A request to grade, and the default way to answer it."""

from __future__ import annotations

import multiprocessing
import os
import platform
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from itertools import chain
from typing import Protocol

from autograder.course import Exercise
from autograder.results import CheckResult, ExerciseResult, Provenance, Report
from autograder.run import Grader, Setting, absent
from autograder.submission import Submission


class Listener(Protocol):
    """Hears how far grading is."""

    def check_done(self, exercise: Exercise, result: CheckResult) -> None:
        """One check has its verdict."""

    def exercise_done(self, result: ExerciseResult) -> None:
        """One exercise is through; they come in the order in which they end."""


@dataclass(frozen=True)
class GradeRequest:
    """What hook `grade_submission` is called with.

    Args:
        submission: None when a provider is graded.
        jobs: exercises graded side by side; 0 for one per processor.
    """

    setting: Setting
    submission: Submission | None
    exercises: tuple[Exercise, ...]
    jobs: int
    listener: Listener


def answer(request: GradeRequest) -> Report:
    """Grade every exercise of the request."""
    started = time.perf_counter()
    grader = Grader(request.setting, request.submission)
    try:
        results = {result.name: result for result in _results(request, grader)}
    finally:
        grader.close()
    return Report(
        provenance=_provenance(request),
        exercises=tuple(results[exercise.name] for exercise in request.exercises),
        notes=_notes(request.submission),
        seconds=time.perf_counter() - started,
    )


def _results(request: GradeRequest, grader: Grader) -> Iterator[ExerciseResult]:
    present, missing = _split(request)
    jobs = min(_jobs(request.jobs), len(present))
    parallel = jobs > 1 and sys.platform == "linux"  # forking is unsafe with macOS's libraries
    graded = _side_by_side(request, grader, jobs) if parallel else _in_turn(request, grader)
    for result in chain(map(absent, missing), graded):
        request.listener.exercise_done(result)
        yield result


def _split(request: GradeRequest) -> tuple[list[Exercise], list[Exercise]]:
    """The exercises that were handed in, and those that were not."""
    files = request.submission.files if request.submission is not None else None
    present = [e for e in request.exercises if files is None or e.name in files]
    return present, [e for e in request.exercises if e not in present]


def _in_turn(request: GradeRequest, grader: Grader) -> Iterator[ExerciseResult]:
    present, _ = _split(request)
    for index, exercise in enumerate(present):
        grader.start(exercise)
        for following in present[index + 1 : index + 2]:
            grader.start(following)
        yield grader.grade(exercise, partial(request.listener.check_done, exercise))


_grader: Grader | None = None


def _side_by_side(request: GradeRequest, grader: Grader, jobs: int) -> Iterator[ExerciseResult]:
    """Grade in forked processes, which inherit plugins and submission."""
    global _grader  # noqa: PLW0603 - how a forked child finds what it inherits
    _grader = grader
    present, _ = _split(request)
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(jobs, context, initializer=_leave_interrupts_to_the_parent) as pool:
        try:
            for future in as_completed([pool.submit(_grade_inherited, e) for e in present]):
                yield future.result()
        except BaseException:  # an interrupt, here or where the results are shown
            for child in multiprocessing.active_children():
                child.terminate()
            raise


def _leave_interrupts_to_the_parent() -> None:
    """A terminal interrupts these processes as well; the first one hears it and ends them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _grade_inherited(exercise: Exercise) -> ExerciseResult:
    if _grader is None:
        raise RuntimeError("this process was not forked by `_side_by_side`")
    return _grader.grade(exercise)


def _jobs(wanted: int) -> int:
    return wanted or os.cpu_count() or 1


def _notes(submission: Submission | None) -> tuple[str, ...]:
    if submission is None:
        return ()
    inner = (f"{file.shown}: {note}" for file in submission.files.values() for note in file.notes)
    return (*submission.notes, *inner)


def _provenance(request: GradeRequest) -> Provenance:
    setting, submission = request.setting, request.submission
    versions = {"python": platform.python_version()}
    for package in ("gradus", "numpy", *(["torch"] if setting.backend == "torch" else [])):
        versions[package] = metadata.version(package)
    return Provenance(
        seed=setting.seed,
        backend=setting.backend,
        device=setting.device,
        sandbox="none" if submission is None else setting.sandbox.name,
        provider=setting.provider,
        submission=submission.label if submission is not None else "",
        submission_hash=submission.hash if submission is not None else "",
        versions=versions,
    )
