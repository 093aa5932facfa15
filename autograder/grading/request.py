"""A request to grade, and the default way to answer it."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING, Protocol

from autograder.course.figures import figures
from autograder.course.reading import Course, Exercise
from autograder.course.revisions import pin_notes
from autograder.grading.manual_points import NO_POINTS, ManualPoints
from autograder.grading.parallel import in_parallel, load_grader, processes
from autograder.grading.setting import Setting
from autograder.grading.watching import Memory, WatchState
from autograder.grading.workers import Workers, parts_of
from autograder.judging.blocking import Blocking
from autograder.judging.not_started import is_not_started, not_started, without_checks
from autograder.judging.rules import judged, unconfirmed_notes
from autograder.results.report import (
    EXPLAINED,
    CheckResult,
    ExerciseResult,
    Provenance,
    Report,
    ShownFigure,
)
from autograder.submissions.submission import Submission
from autograder.verdicts import Verdict
from framework import __version__
from framework.errors import GradusError
from framework.providers.backends import REFERENCE
from framework.text_files import read_bytes, read_text

if TYPE_CHECKING:
    from autograder.grading.grader import Grader


class Listener(Protocol):
    """Hears how far grading is."""

    def check_done(self, exercise: Exercise, result: CheckResult) -> None:
        """Take note that one check has its verdict."""

    def exercise_done(self, result: ExerciseResult) -> None:
        """Take note that one exercise is graded; the order is that in which they end."""


class SilentListener:
    """Hears how far grading is, and shows nothing."""

    def check_done(self, exercise: Exercise, result: CheckResult) -> None:
        """Ignore it."""

    def exercise_done(self, result: ExerciseResult) -> None:
        """Ignore it."""


#: For a grading whose progress is shown nowhere.
SILENT = SilentListener()


@dataclass(frozen=True)
class GradeRequest:
    """What hook `grade_submission` is called with.

    Args:
        submission: None when a provider is graded.
        jobs: exercises graded side by side; 0 for one per processor.
        listener: hears about each check and each exercise.
        watch: what the last grading of the same files left, under ``--watch``.
        memory: what gradings of other submissions in this process have collected.
        manual_points: what instructors gave for answers in prose.
        is_repeating: whether checks that a busy machine may have disturbed are repeated here.
    """

    setting: Setting
    submission: Submission | None
    exercises: tuple[Exercise, ...]
    jobs: int = 1
    listener: Listener = SILENT
    watch: WatchState | None = None
    memory: Memory | None = None
    manual_points: ManualPoints = NO_POINTS
    is_repeating: bool = True


def answer(request: GradeRequest) -> Report:
    """Grade every exercise of the request: launch, ask, compare, judge, explain, report."""
    started = time.perf_counter()
    results = {}
    with closing(_results(request)) as graded:  # workers end with an interrupt, too
        for result in graded:
            result = _with_figures(request, result)
            request.listener.exercise_done(result)
            results[result.name] = result
            if request.watch is not None and request.submission is not None:
                exercise = request.setting.course.exercise(result.name)
                request.watch.keep(exercise, request.submission, result)
    return Report(
        provenance=_provenance(request),
        exercises=tuple(results[exercise.name] for exercise in request.exercises),
        notes=(
            *_notes(request.submission),
            *_about_arrays(request, results.values()),
            *unconfirmed_notes(results.values()),
            *pin_notes(request.setting.course),
        ),
        seconds=time.perf_counter() - started,
    )


def _results(request: GradeRequest) -> Generator[ExerciseResult]:
    """Yield the results as they end."""
    begun, decided = [], []
    for exercise in request.exercises:
        result = _without_checks(request, exercise)
        if result is None:
            begun.append(exercise)
        else:
            decided.append(result)
    yield from decided
    if begun:
        yield from _graded(request, begun, decided)


def _without_checks(request: GradeRequest, exercise: Exercise) -> ExerciseResult | None:
    """Return the result of an exercise that needs no checks to run; None if it needs them."""
    submission, watch = request.submission, request.watch
    if exercise.questions:
        from autograder.grading.written_answers import grade_answers  # most requests have none

        return grade_answers(exercise, submission, request.setting.seed, request.manual_points)
    if is_not_started(exercise, submission):
        return not_started(exercise, submission)
    if watch is None or submission is None:
        return None
    return watch.result(exercise, submission)


def _graded(
    request: GradeRequest, begun: Sequence[Exercise], decided: Sequence[ExerciseResult]
) -> Iterator[ExerciseResult]:
    """Yield the results of exercises whose checks run.

    Args:
        decided: results that are final already, for the rule of blocking.
    """
    in_turn = processes(request.jobs, len(begun)) <= 1
    with _workers(request) as workers:
        if workers is not None and in_turn:
            workers.start(begun[0])  # it starts while this process imports NumPy and pytest
        elif workers is not None:
            workers.end_started()  # each forked process starts its own
        make_grader = load_grader()
        from autograder.grading.repeats import settled

        memory = request.watch.memory if request.watch is not None else request.memory
        grader = make_grader(request.setting, request.submission, workers, memory)
        run = _in_turn(request, grader, workers, begun)
        if not in_turn:
            run = _side_by_side(request, grader, begun)
        with closing(run):  # its processes end before the folder that they write to is removed
            results = settled(grader, begun, run) if request.is_repeating else run
            yield from _judged(request, grader, decided, results)
        if request.watch is not None:
            request.watch.graded_last = tuple(begun)


def _workers(request: GradeRequest) -> AbstractContextManager[Workers | None]:
    """Open the workers of the submission; None if a provider is graded."""
    if request.submission is None:
        return nullcontext(None)
    if request.watch is not None:  # they serve the next grading too
        return nullcontext(request.watch.workers(request.submission))
    return closing(Workers(request.setting, request.submission))


def _in_turn(
    request: GradeRequest, grader: Grader, workers: Workers | None, begun: Sequence[Exercise]
) -> Generator[ExerciseResult]:
    """Grade in this process; while one exercise is graded, the worker of the next starts."""
    from autograder.grading.repeats import graded_once

    for index, exercise in enumerate(begun):
        if workers is not None:
            for coming in begun[index : index + 2]:
                workers.start(coming)
        yield graded_once(grader, exercise, partial(request.listener.check_done, exercise))


def _side_by_side(
    request: GradeRequest, grader: Grader, begun: Sequence[Exercise]
) -> Generator[ExerciseResult]:
    from autograder.grading.repeats import graded_once

    return in_parallel(partial(graded_once, grader), begun, request.jobs, as_they_end=True)


def _judged(
    request: GradeRequest,
    grader: Grader,
    decided: Sequence[ExerciseResult],
    results: Iterator[ExerciseResult],
) -> Iterator[ExerciseResult]:
    """Yield each result, judged, once the parts that its failing checks use are graded."""
    submission = request.submission
    if submission is None:
        yield from map(judged, results)
        return
    blocking = _blocking(request.setting.course, submission)
    for result in decided:
        blocking.add(result)
    waiting: list[str] = []
    for result in map(judged, results):
        blocking.add(result)
        waiting.append(result.name)
        ready = [name for name in waiting if not blocking.missing(name)]
        waiting = [name for name in waiting if name not in ready]
        yield from map(blocking.final, ready)
    while missing := set[str]().union(*map(blocking.missing, waiting)):
        for name in sorted(missing):
            exercise = request.setting.course.exercise(name)
            blocking.add(_in_public(exercise, submission, grader))
    yield from map(blocking.final, waiting)


def _in_public(exercise: Exercise, submission: Submission, grader: Grader) -> ExerciseResult:
    """Grade the public checks of an exercise that was not requested."""
    from autograder.grading.checks_run import public_only
    from autograder.grading.repeats import graded_once

    if is_not_started(exercise, submission):
        return not_started(exercise, submission)
    try:
        return graded_once(grader, exercise, select=public_only)
    except GradusError as error:  # its checks cannot be run: nothing is known of it
        return without_checks(exercise, "is graded", f"{error}", verdict=Verdict.NOT_GRADED)


def _blocking(course: Course, submission: Submission) -> Blocking:
    exercises = course.with_required(map(course.exercise, submission.files))
    required = {e.name: frozenset(o.name for o in course.with_required([e])) for e in exercises}
    files = submission.files.items()
    sources = {name: file.source for name, file in files if course.exercise(name).tasks}
    return Blocking(parts_of(course, submission.files), required, sources)


def _with_figures(request: GradeRequest, result: ExerciseResult) -> ExerciseResult:
    """Add the figures of the exercise's text, as its folder in the course has them."""
    exercise = request.setting.course.exercise(result.name)
    try:
        text = read_text(exercise.readme)
        shown = tuple(
            ShownFigure(figure.title, read_bytes(figure.path))
            for figure in figures(text, exercise.folder)
        )
    except GradusError:  # without a text there is nothing to show
        return result
    return replace(result, figures=shown)


def _notes(submission: Submission | None) -> tuple[str, ...]:
    if submission is None:
        return ()
    inner = (f"{file.shown}: {note}" for file in submission.files.values() for note in file.notes)
    return (*submission.notes, *inner)


def _about_arrays(request: GradeRequest, results: Iterable[ExerciseResult]) -> Iterator[str]:
    """Yield one note for all files that compute with other arrays than the backend's."""
    backend = request.setting.backend
    wrong = [result.name for result in results if result.verdict in EXPLAINED]
    if backend == REFERENCE or request.submission is None:
        return
    files = [request.submission.files[name] for name in wrong if name in request.submission.files]
    foreign = [file for file in files if "numpy" in file.imported and backend not in file.imported]
    if foreign:
        yield (
            f"{', '.join(file.shown for file in foreign)}: this code computes with NumPy, and "
            f"`--backend {backend}` hands it other arrays. Grade it without `--backend {backend}`, "
            f"or write it with {backend}"
        )


def _version(package: str) -> str:
    """Return the version of `package`: what it says itself, if it is imported."""
    version = getattr(sys.modules.get(package), "__version__", None)
    return str(version) if isinstance(version, str) else metadata.version(package)


def _provenance(request: GradeRequest) -> Provenance:
    setting, submission = request.setting, request.submission
    python = sys.version.partition(" ")[0]  # `platform` takes a millisecond
    versions = {"python": python, "gradus": __version__}
    for package in ("numpy", *(["torch"] if setting.backend == "torch" else [])):
        versions[package] = _version(package)
    return Provenance(
        seed=setting.seed,
        backend=setting.backend,
        device=setting.device,
        sandbox="none" if submission is None else setting.sandbox.label,
        provider=setting.provider,
        submission=submission.label if submission is not None else "",
        submission_hash=submission.hash if submission is not None else "",
        course=setting.course.root.resolve().name,
        course_hash=setting.course_hash,
        course_version=setting.course.version,
        course_revision=setting.course.revision,
        versions=versions,
    )
