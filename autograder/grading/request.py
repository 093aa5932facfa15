"""A request to grade, and the default way to answer it."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING, Protocol

from autograder.course.figures import figures
from autograder.course.reading import Course, Exercise
from autograder.course.revisions import pin_notes
from autograder.grading.kit.confirmation import unconfirmed_notes
from autograder.grading.not_started import is_not_started, not_started, without_checks
from autograder.grading.parallel import in_parallel, load_grader, processes
from autograder.grading.setting import Setting
from autograder.grading.workers import Workers, parts_of
from autograder.grading.written.manual_points import NO_POINTS, ManualPoints
from autograder.record.blocking import Blocking
from autograder.record.derivations import without_differences
from autograder.record.refusals import without_empty_refusals
from autograder.record.results import (
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
    from autograder.grading.repeats import AnyGrader
    from autograder.grading.watched.grader import WatchedGrader
    from autograder.grading.watched.state import WarmState


class Listener(Protocol):
    """Hears how far grading is."""

    def check_done(self, exercise: Exercise, result: CheckResult) -> None:
        """Take note that one check has its verdict."""

    def exercise_done(self, result: ExerciseResult) -> None:
        """Take note that one exercise is graded; the order is that in which they end."""


class MakesGrader(Protocol):
    """Makes the grader of one submission, as the class `Grader` itself does."""

    def __call__(
        self, setting: Setting, submission: Submission | None, workers: Workers | None = None
    ) -> Grader:
        """Return the grader."""


@dataclass(frozen=True)
class GradeRequest:
    """What hook `grade_submission` is called with.

    Args:
        submission: None when a provider is graded.
        jobs: exercises graded side by side; 0 for one per processor.
        warm: what the last grading of the same files left, if there was one.
        grader: what makes the grader of the submission; None for the usual one.
        manual_points: what instructors gave for answers in prose.
        is_repeating: whether checks that a busy machine may have disturbed are repeated here.
    """

    setting: Setting
    submission: Submission | None
    exercises: tuple[Exercise, ...]
    jobs: int
    listener: Listener
    warm: WarmState | None = None
    manual_points: ManualPoints = NO_POINTS
    is_repeating: bool = True
    grader: MakesGrader | None = None


def answer(request: GradeRequest) -> Report:
    """Grade every exercise of the request."""
    started = time.perf_counter()
    results = {}
    with closing(_results(request)) as found:  # workers end with an interrupt, too
        for graded in found:
            result = _with_figures(request, graded)
            request.listener.exercise_done(result)
            results[result.name] = result
            if request.warm is not None and request.submission is not None:
                exercise = request.setting.course.exercise(result.name)
                request.warm.keep(exercise, request.submission, result)
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


def _with_figures(request: GradeRequest, result: ExerciseResult) -> ExerciseResult:
    """Add the figures of the exercise's text, as its folder in the course has them."""
    exercise = request.setting.course.exercise(result.name)
    try:
        found = tuple(figures(read_text(exercise.readme), exercise.folder))
        shown = tuple(ShownFigure(one.title, read_bytes(one.path)) for one in found)
    except GradusError:  # without a text there is nothing to show
        return result
    return replace(result, figures=shown)


def _results(request: GradeRequest) -> Generator[ExerciseResult]:
    """Yield the results as they end; an exercise without any written task runs no check."""
    begun, untouched = [], []
    for exercise in request.exercises:
        if exercise.questions:
            untouched.append(_answers(request, exercise))
        elif is_not_started(exercise, request.submission):
            untouched.append(not_started(exercise, request.submission))
        elif (known := _known(request, exercise)) is not None:
            untouched.append(known)
        else:
            begun.append(exercise)
    yield from untouched
    if begun:
        yield from _graded(request, begun, untouched)


def _answers(request: GradeRequest, exercise: Exercise) -> ExerciseResult:
    from autograder.grading.written.results import grade_answers  # most requests have no questions

    return grade_answers(exercise, request.submission, request.setting.seed, request.manual_points)


def _known(request: GradeRequest, exercise: Exercise) -> ExerciseResult | None:
    """Return the result of the last grading if it still holds, else None."""
    if request.warm is None or request.submission is None:
        return None
    return request.warm.result(exercise, request.submission)


def _graded(
    request: GradeRequest, begun: Sequence[Exercise], untouched: Sequence[ExerciseResult]
) -> Iterator[ExerciseResult]:
    warm, submission = request.warm, request.submission
    if warm is not None and warm.grader is not None and submission is not None:
        grader: AnyGrader = warm.grader
        found: Generator[ExerciseResult] = _watched(request, warm.grader, submission, begun)
    else:
        grader, found = _in_this_run(request, begun)
    from autograder.grading.repeats import settled  # imports NumPy: the first worker starts before

    try:
        settling = settled(grader, begun, found) if request.is_repeating else found
        final = map(without_differences, map(without_empty_refusals, settling))
        yield from (
            final
            if submission is None
            else _explained(request, submission, grader, (untouched, final))
        )
    finally:
        found.close()  # its processes end before the folder that they write to is removed
        if warm is None or submission is None:
            grader.close()
        else:
            warm.graded_last = tuple(begun)


def _in_this_run(
    request: GradeRequest, begun: Sequence[Exercise]
) -> tuple[Grader, Generator[ExerciseResult]]:
    """Return a grader, and the results of `begun` as they end."""
    workers = _workers(request)
    in_turn = processes(request.jobs, len(begun)) <= 1
    try:
        if workers is not None and in_turn:
            workers.start(begun[0])  # it starts while this process imports NumPy and pytest
        elif workers is not None:
            workers.end_started()  # each forked process starts its own
        make = request.grader or load_grader()
        grader = make(request.setting, request.submission, workers)
    except BaseException:  # an interrupt, too: nothing else knows of the workers yet
        if workers is not None and request.warm is None:
            workers.close()
        raise
    if in_turn:
        return grader, _in_turn(request, grader, workers, begun)
    return grader, _side_by_side(request, grader, begun)


def _watched(
    request: GradeRequest,
    grader: WatchedGrader,
    submission: Submission,
    begun: Sequence[Exercise],
) -> Generator[ExerciseResult]:
    """Yield the results of `begun`, of what is prepared first; nothing runs in this process."""
    grader.begin(submission)
    first = [exercise for exercise in begun if grader.is_prepared(exercise)]
    rest = [exercise for exercise in begun if not grader.is_prepared(exercise)]
    try:
        for exercise in first if processes(request.jobs, len(first)) > 1 else ():
            grader.start(exercise)
        yield from _in_turn(request, grader, None, first)
        if processes(request.jobs, len(rest)) > 1:
            plain = load_grader()(request.setting, submission, _workers(request))
            yield from _side_by_side(request, plain, rest)
        else:
            yield from _in_turn(request, grader, None, rest)
    finally:
        grader.end()


def _side_by_side(
    request: GradeRequest, grader: Grader, begun: Sequence[Exercise]
) -> Generator[ExerciseResult]:
    from autograder.grading.repeats import graded_once

    return in_parallel(partial(graded_once, grader), begun, request.jobs, as_they_end=True)


def _workers(request: GradeRequest) -> Workers | None:
    """Return the workers of the submission; None if a provider is graded."""
    setting, submission, warm = request.setting, request.submission, request.warm
    if submission is None:
        return None
    return Workers(setting, submission) if warm is None else warm.workers(submission)


def _explained(
    request: GradeRequest,
    submission: Submission,
    grader: AnyGrader,
    results: tuple[Sequence[ExerciseResult], Iterator[ExerciseResult]],
) -> Iterator[ExerciseResult]:
    """Yield each result once the parts that its failing checks use are graded.

    Args:
        results: those that are final already, and those that come.
    """
    untouched, coming = results
    blocking = _blocking(request.setting.course, submission)
    for result in untouched:
        blocking.add(result)
    held: list[str] = []
    for result in coming:
        blocking.add(result)
        held.append(result.name)
        ready = [name for name in held if not blocking.missing(name)]
        held = [name for name in held if name not in ready]
        yield from map(blocking.final, ready)
    while missing := set[str]().union(*map(blocking.missing, held)):
        for name in sorted(missing):
            blocking.add(_in_public(request.setting.course.exercise(name), submission, grader))
    yield from map(blocking.final, held)


def _in_public(exercise: Exercise, submission: Submission, grader: AnyGrader) -> ExerciseResult:
    """Grade the public checks of an exercise that was not requested."""
    from autograder.grading.pytest_run import PublicOnly
    from autograder.grading.repeats import graded_once

    if is_not_started(exercise, submission):
        return not_started(exercise, submission)
    try:
        return graded_once(grader, exercise, plugins=[PublicOnly()])
    except GradusError as error:  # its checks cannot be run: nothing is known of it
        return without_checks(exercise, "is graded", f"{error}", verdict=Verdict.NOT_GRADED)


def _blocking(course: Course, submission: Submission) -> Blocking:
    exercises = course.with_required(map(course.exercise, submission.files))
    required = {e.name: frozenset(o.name for o in course.with_required([e])) for e in exercises}
    files = submission.files.items()
    sources = {name: file.source for name, file in files if course.exercise(name).tasks}
    return Blocking(parts_of(course, submission.files), required, sources)


def _in_turn(
    request: GradeRequest, grader: AnyGrader, workers: Workers | None, begun: Sequence[Exercise]
) -> Generator[ExerciseResult]:
    """Grade in this process; while one exercise is graded, the worker of the next starts."""
    from autograder.grading.repeats import graded_once

    for index, exercise in enumerate(begun):
        if workers is not None:
            for one in begun[index : index + 2]:
                workers.start(one)
        yield graded_once(grader, exercise, partial(request.listener.check_done, exercise))


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
    found = [file for file in files if file.imports("numpy") and not file.imports(backend)]
    if found:
        yield (
            f"{', '.join(file.shown for file in found)}: this code computes with NumPy, and "
            f"`--backend {backend}` hands it other arrays. Grade it without `--backend {backend}`, "
            f"or write it with {backend}"
        )


def _version(package: str) -> str:
    """Return the version of `package`: what it says itself, if it is imported."""
    found = getattr(sys.modules.get(package), "__version__", None)
    return str(found) if isinstance(found, str) else metadata.version(package)


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
