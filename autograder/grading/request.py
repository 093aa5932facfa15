"""A request to grade, and the default way to answer it.

Checks whose outcome says nothing about the submission run again: after a fault of the grader up to
`TRIES` times in all, and once after a call that was late on a busy machine.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING

from autograder.course.exercise_texts import figures
from autograder.course.identity import pin_notes
from autograder.course.reading import Exercise
from autograder.grading.parallel import in_parallel, load_grader, processes
from autograder.grading.setting import GradingSetting
from autograder.grading.watching import Memory, WatchState
from autograder.judging.blocking import Blocking
from autograder.judging.decision import not_graded, not_started, with_each_check
from autograder.judging.rules import is_open, judged, repeat, runs_again, unconfirmed_notes
from autograder.results.findings.check_texts import PrintedText
from autograder.results.findings.finding import Finding
from autograder.results.report import (
    EXPLAINED,
    CheckResult,
    ExerciseResult,
    Provenance,
    Report,
    ShownFigure,
)
from autograder.submissions.submission import Submission
from framework import __version__
from framework.errors import GradusError, SandboxError
from framework.log import logger
from framework.processes.termination import held_back
from framework.providers.backends import REFERENCE
from framework.text_files import read_bytes, read_text

if TYPE_CHECKING:
    from autograder.grading.checks_run import OnCheck, Selection
    from autograder.grading.grader import Grader

_log = logger("retries")

#: Maximum number of runs of a check until it has a verdict.
TRIES = 3
#: Maximum number of characters of a report that the submission has printed.
MAX_PRINTED = 2 << 20
#: Faults of the grader or the machine during the checks of one exercise.
FAULTS = (OSError, MemoryError, SandboxError)


class Listener:
    """Hears how far grading is; this one shows nothing."""

    def check_done(self, exercise: Exercise, result: CheckResult) -> None:
        """Take note that one check has its verdict."""

    def exercise_done(self, result: ExerciseResult) -> None:
        """Take note that one exercise is graded; the order is that in which they end."""


SILENT = Listener()


@dataclass(frozen=True)
class GradeRequest:
    """What hook `grade_submission` is called with.

    Args:
        submission: None when a provider is graded.
        jobs: exercises graded side by side; 0 for one per processor.
        listener: hears about each check and each exercise.
        watch: what the last grading of the same files left, under ``--watch``.
        memory: what gradings of other submissions in this process have collected.
        is_repeating: whether checks that a busy machine may have disturbed are repeated here.
    """

    setting: GradingSetting
    submission: Submission | None
    exercises: tuple[Exercise, ...]
    jobs: int = 1
    listener: Listener = SILENT
    watch: WatchState | None = None
    memory: Memory | None = None
    is_repeating: bool = True


def answer(request: GradeRequest) -> Report:
    """Grade every exercise of the request, see `Grader.grade`, and report."""
    started = time.perf_counter()
    setting, submission, watch = request.setting, request.submission, request.watch
    files = submission.files.values() if submission is not None else ()
    results = {}
    with closing(_results(request)) as graded:  # workers end with an interrupt, too
        for result in graded:
            exercise = setting.course.exercise(result.name)
            result = _with_figures(exercise, result)
            request.listener.exercise_done(result)
            results[result.name] = result
            if watch is not None and submission is not None:
                watch.keep(exercise, submission, result)
    return Report(
        provenance=_provenance(request),
        exercises=tuple(_printed_in_short(results[e.name] for e in request.exercises)),
        notes=(
            *(submission.notes if submission is not None else ()),
            *(f"{file.shown}: {note}" for file in files for note in file.notes),
            *_about_arrays(request, results.values()),
            *unconfirmed_notes(results.values()),
            *pin_notes(setting.course),
        ),
        seconds=time.perf_counter() - started,
    )


def _results(request: GradeRequest) -> Generator[ExerciseResult]:
    """Yield the results as they end; first those that need no checks to run."""
    early = {exercise.name: _without_checks(request, exercise) for exercise in request.exercises}
    decided = [result for result in early.values() if result is not None]
    begun = [exercise for exercise in request.exercises if early[exercise.name] is None]
    yield from decided
    if begun:
        yield from _graded(request, begun, decided)


def _without_checks(request: GradeRequest, exercise: Exercise) -> ExerciseResult | None:
    """Return the result of an exercise that needs no checks to run; None if it needs them."""
    submission, watch = request.submission, request.watch
    if exercise.questions:
        from autograder.grading.written_answers import grade_answers  # most requests have none

        return grade_answers(exercise, submission, request.setting.seed_for(submission))
    if submission is None:
        return None
    result = not_started(exercise, submission)
    return watch.result(exercise, submission) if result is None and watch is not None else result


def _graded(
    request: GradeRequest, begun: Sequence[Exercise], decided: Sequence[ExerciseResult]
) -> Iterator[ExerciseResult]:
    """Yield the results of exercises whose checks run; those in `decided` are final already."""
    submission, watch = request.submission, request.watch
    make_grader = load_grader()
    memory = watch.memory if watch is not None else request.memory
    with ExitStack() as stack:
        with held_back():  # an interrupt here would leave the folder of its workers
            grader = stack.enter_context(closing(make_grader(request.setting, submission, memory)))
        if processes(request.jobs, len(begun)) <= 1:
            run = _in_turn(request, grader, begun)
        else:
            grade = partial(graded_once, grader)
            run = in_parallel(grade, begun, request.jobs, as_they_end=True)
        with closing(run):  # its processes end before the folder that they write to is removed
            results = settled(grader, begun, run) if request.is_repeating else run
            if submission is None:
                yield from results
            else:
                yield from _unblocked(request, submission, grader, decided, results)


def _in_turn(
    request: GradeRequest, grader: Grader, begun: Sequence[Exercise]
) -> Generator[ExerciseResult]:
    """Grade in this process, where the listener hears of each check."""
    for exercise in begun:
        yield graded_once(grader, exercise, partial(request.listener.check_done, exercise))


def _unblocked(
    request: GradeRequest,
    submission: Submission,
    grader: Grader,
    decided: Sequence[ExerciseResult],
    results: Iterator[ExerciseResult],
) -> Iterator[ExerciseResult]:
    """Yield each result, judged by the rule of blocking, once the parts that it uses are graded."""
    course = request.setting.course
    exercises = course.with_required(map(course.exercise, submission.files))
    required = {e.name: frozenset(o.name for o in course.with_required([e])) for e in exercises}
    files = submission.files.items()
    sources = {name: file.source for name, file in files if course.exercise(name).tasks}
    blocking = Blocking(required, sources)
    for result in decided:
        blocking.add(result)
    waiting: list[str] = []
    for result in results:
        blocking.add(result)
        waiting.append(result.name)
        ready = [name for name in waiting if not blocking.missing(name)]
        waiting = [name for name in waiting if name not in ready]
        yield from map(blocking.final, ready)
    while missing := set[str]().union(*map(blocking.missing, waiting)):
        for name in sorted(missing):
            blocking.add(_in_public(course.exercise(name), submission, grader))
    yield from map(blocking.final, waiting)


def _in_public(exercise: Exercise, submission: Submission, grader: Grader) -> ExerciseResult:
    """Grade the public checks of an exercise that was not requested."""
    from autograder.grading.checks_run import public_only

    try:
        result = not_started(exercise, submission)
        return result or graded_once(grader, exercise, select=public_only)
    except GradusError as error:  # its checks cannot be run: nothing is known of it
        return not_graded(exercise, str(error))


def graded_once(
    grader: Grader,
    exercise: Exercise,
    on_check: OnCheck | None = None,
    select: Selection | None = None,
) -> ExerciseResult:
    """Grade `exercise`; a fault of the grader is a result too."""
    try:
        return grader.grade(exercise, on_check, select)
    except FAULTS as error:
        return not_graded(exercise, f"{type(error).__name__}: {error}")


def settled(
    grader: Grader, exercises: Sequence[Exercise], results: Iterator[ExerciseResult]
) -> Iterator[ExerciseResult]:
    """Yield the final results, then the others after repeating them one by one."""
    by_name = {exercise.name: exercise for exercise in exercises}
    left = []
    for result in results:
        if is_open(result):
            left.append(result)
        else:
            yield result
    yield from (repeated(grader, by_name[result.name], result) for result in left)


def repeated(grader: Grader, exercise: Exercise, result: ExerciseResult) -> ExerciseResult:
    """Run the open checks of `result` again, and return it; nothing else may run meanwhile."""
    from autograder.grading.checks_run import only

    select: Selection | None = None
    for again in range(1, TRIES):
        left = [check.id for check in result.checks if runs_again(check, is_first=again == 1)]
        if not left:
            break
        _log.info("%s: %d checks, try %d of %d", exercise.name, len(left), again + 1, TRIES)
        select = only(left) if all(left) else None
        result = repeat(result, graded_once(grader, exercise, select=select))
    is_judged = select is None and not is_open(result)  # see `Grader.grade`
    return result if is_judged else judged(result)


def _printed_in_short(results: Iterable[ExerciseResult]) -> Iterator[ExerciseResult]:
    """Yield `results`; what checks have printed beyond `MAX_PRINTED` is left out."""
    left = MAX_PRINTED

    def in_short(finding: Finding) -> Finding:
        nonlocal left
        if isinstance(finding, PrintedText):
            left -= len(finding.text)
            if left < 0:
                return PrintedText(f"left out: a report has at most {MAX_PRINTED:,} characters")
        return finding

    for result in results:
        yield with_each_check(
            result, lambda check: replace(check, findings=tuple(map(in_short, check.findings)))
        )


def _with_figures(exercise: Exercise, result: ExerciseResult) -> ExerciseResult:
    """Add the figures of the exercise's text, as its folder in the course has them."""
    with suppress(GradusError):  # without a text there is nothing to show
        shown = (
            ShownFigure(figure.title, read_bytes(figure.path))
            for figure in figures(read_text(exercise.readme), exercise.folder)
        )
        return replace(result, figures=tuple(shown))
    return result


def _about_arrays(request: GradeRequest, results: Iterable[ExerciseResult]) -> Iterator[str]:
    """Yield one note for all files that compute with other arrays than the backend's."""
    backend = request.setting.options.backend
    if backend == REFERENCE or request.submission is None:
        return
    wrong = [result.name for result in results if result.verdict in EXPLAINED]
    files = [request.submission.files[name] for name in wrong if name in request.submission.files]
    foreign = [file for file in files if "numpy" in file.imported and backend not in file.imported]
    if foreign:
        yield (
            f"{', '.join(file.shown for file in foreign)}: this code computes with NumPy, and "
            f"`--backend {backend}` hands it other arrays. Grade it without `--backend {backend}`, "
            f"or write it with {backend}"
        )


def _provenance(request: GradeRequest) -> Provenance:
    setting, submission = request.setting, request.submission
    options, course = setting.options, setting.course
    python = sys.version.partition(" ")[0]  # `platform` takes a millisecond
    packages = ("numpy", *(["torch"] if options.backend == "torch" else []))
    return Provenance(
        seed=setting.seed_for(submission),
        backend=options.backend,
        device=options.device,
        sandbox="none" if submission is None else setting.sandbox.label,
        provider=options.provider,
        submission=submission.label if submission is not None else "",
        submission_hash=submission.hash if submission is not None else "",
        course=course.root.resolve().name,
        course_hash=setting.course_hash,
        course_version=course.version,
        course_revision=course.revision,
        versions={"python": python, "gradus": __version__}
        | {package: metadata.version(package) for package in packages},
    )
