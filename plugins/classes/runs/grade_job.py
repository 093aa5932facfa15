"""Grades one job in this process, as `grade` does; any error is a fault of the grader."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib import metadata
from pathlib import Path, PurePosixPath

from autograder.public.courses import Course, Exercise
from autograder.public.grading import (
    GradeOptions,
    GradeRequest,
    GradingSetting,
    Memory,
    is_open,
    open_setting,
)
from autograder.public.reports import ExerciseResult, Report, Verdict, render_json
from autograder.public.submissions import Submission, SubmittedFile, load_submission
from framework import __version__
from framework.importing import in_one_line
from plugins.classes.collecting.collection import Collection
from plugins.classes.runs.engine import Job, JobOutcome
from plugins.classes.runs.stored_runs import RunEntry, StoredResult


def digest_of(submission: Submission, course: Course, exercise: Exercise) -> str:
    """Return the digest of all code that the result of `exercise` depends on.

    That is its file, and those of the exercises that it requires: text, cells and notes.
    """
    digest = hashlib.sha256()
    for name in sorted(required.name for required in course.with_required([exercise])):
        file = submission.files.get(name)
        parts: tuple[object, ...] = (name, submission.unread.get(name, ""))
        if file is not None:
            cells = file.cells
            places = (cells.origins, cells.broken) if cells is not None else (None, {})
            parts += (file.source, places[0], file.notes, sorted(places[1].items()))
        for part in parts:
            data = repr(part).encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def entries(collection: Collection, course: Course, names: Sequence[str] = ()) -> list[RunEntry]:
    """Return the entries of a run: for each student, each attempt that counts, each exercise.

    Args:
        names: exercises or units; without any, the exercises of which a file was handed in.
    """
    counting = collection.counting()
    attempts = sorted(
        {standing.attempt for standings in counting.values() for standing in standings}
    )
    exercises = course.select(names)
    work = {id: dict(_digests(collection, course, exercises, id)) for id in attempts}
    if not names:
        handed_in = {
            name for digests in work.values() for name, (_, is_there) in digests.items() if is_there
        }
        exercises = [exercise for exercise in exercises if exercise.name in handed_in]
    return [
        RunEntry(student, standing.attempt, exercise.name, work[standing.attempt][exercise.name][0])
        for student, standings in counting.items()
        for standing in standings
        for exercise in exercises
    ]


def _digests(
    collection: Collection, course: Course, exercises: Sequence[Exercise], attempt: str
) -> Iterator[tuple[str, tuple[str, bool]]]:
    """Yield exercise -> digest, and whether it has a file of its own."""
    needed = [required.name for required in course.with_required(exercises)]
    with load_submission(collection.folder_of(attempt), course, needed) as submission:
        for required in exercises:
            is_there = required.name in submission.files or required.name in submission.unread
            yield required.name, (digest_of(submission, course, required), is_there)


def digest_of_all(listed: Sequence[RunEntry]) -> str:
    """Return a digest of the entries of a run."""
    lines = sorted(f"{e.student!r} {e.attempt} {e.exercise} {e.submission}" for e in listed)
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def environment_of(options: GradeOptions) -> str:
    """Return backend, device and versions: the numbers of a result depend on them."""
    packages = ("numpy", *(["torch"] if options.backend == "torch" else []))
    versions = " ".join(f"{name} {metadata.version(name)}" for name in packages)
    python = platform.python_version()
    return f"{options.backend}/{options.device} python {python} {versions} gradus {__version__}"


@lru_cache(maxsize=4)
def setting_of(options: GradeOptions) -> GradingSetting:
    """Return the setting of a run, opened once in each process.

    Args:
        options: their `course` is the folder that was chosen.

    Raises:
        GradusError: the course, a plugin or the sandbox cannot be used.
    """
    return open_setting(options, Course.read(options.course or Path()))


@lru_cache(maxsize=4)
def memory_of(options: GradeOptions) -> Memory:
    """Return the memory that all jobs of `options` share in a process: checks, right answers."""
    return Memory()


def grade_job(options: GradeOptions, job: Job) -> JobOutcome:
    """Grade one exercise of one submission; nothing is raised."""
    try:
        memory = None if job.afresh else memory_of(options)
        return _graded(setting_of(options), job, memory)
    except Exception as error:  # whatever it is, the submission's points must not suffer
        return JobOutcome(fault=f"{type(error).__name__}: {in_one_line(error)}")


def _graded(setting: GradingSetting, job: Job, memory: Memory | None) -> JobOutcome:
    started = time.perf_counter()
    exercise = setting.course.exercise(job.exercise)
    needed = [required.name for required in setting.course.with_required([exercise])]
    with load_submission(Path(job.place), setting.course, needed) as loaded:
        digest = digest_of(loaded, setting.course, exercise)
        if job.digest not in ("", digest):
            return JobOutcome(fault="its files have changed since they were queued: collect again")
        submission = _anonymous(loaded, digest)
        request = GradeRequest(
            setting, submission, (exercise,), memory=memory, is_repeating=job.alone
        )
        report: Report = setting.plugins.hook.grade_submission(request=request)
    setting.plugins.call("submission_graded", report=report)
    return _outcome(report, job, setting, time.perf_counter() - started)


def _anonymous(submission: Submission, digest: str) -> Submission:
    """Return `submission` without names that its author chose: its report serves equal work too."""
    files: Mapping[str, SubmittedFile] = {
        name: replace(file, inner=_plain_name(file), shown=_plain_name(file))
        for name, file in submission.files.items()
    }
    return replace(submission, label=digest[:12], files=files, hash=digest, notes=())


def _plain_name(file: SubmittedFile) -> str:
    return f"{file.exercise}{PurePosixPath(file.inner).suffix}"


def _outcome(report: Report, job: Job, setting: GradingSetting, seconds: float) -> JobOutcome:
    (graded,) = report.exercises
    faults = [check.message for check in graded.checks if check.verdict is Verdict.NOT_GRADED]
    if faults:
        return JobOutcome(fault=faults[0])
    if is_open(graded) and not job.alone:
        return JobOutcome(is_open=True)
    result = StoredResult(
        verdict=graded.verdict.value,
        earned=float(graded.earned),
        possible=float(graded.possible),
        for_a_person=float(graded.for_a_person),
        checks=_digest_of_checks(graded),
        report=render_json(report, show_hidden=True),
        repeated=job.alone,
        sandbox=setting.sandbox.label,
        seconds=seconds,
    )
    return JobOutcome(result)


def _digest_of_checks(result: ExerciseResult) -> str:
    """Return a digest of verdicts and points, without values that differ between equal runs."""
    checks = [
        (check.id, check.task, check.verdict.value, check.earned, check.possible)
        for check in result.checks
    ]
    return hashlib.sha256(json.dumps(checks).encode()).hexdigest()
