"""Grades one job in this process, as `grade` does; any error is a fault of the grader."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import metadata
from pathlib import Path, PurePosixPath

from autograder.public.courses import Course, Exercise
from autograder.public.grading import (
    GradeOptions,
    GradeRequest,
    Memory,
    Setting,
    is_open,
    open_setting,
)
from autograder.public.reports import Report, Verdict, render_json
from autograder.public.submissions import Submission, load_submission
from framework import __version__
from framework.importing import in_one_line
from framework.providers.plugins import Plugins
from plugins.classes.collecting.collection import Collection
from plugins.classes.runs.engine import Job, JobOutcome
from plugins.classes.runs.stored_runs import RunEntry, StoredResult


@dataclass(frozen=True)
class RunSettings:
    """How all jobs of a run are graded, as plain data.

    Attributes:
        course: its folder.
        revision: digest of the course.
        environment: as `environment_of` returns it; a machine with another one has a fault.
    """

    course: str
    revision: str = ""
    environment: str = ""
    seed: int = 0
    backend: str = "numpy"
    device: str = "cpu"
    sandbox: str = "auto"
    allow_weaker: bool = False
    plugins: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()


def environment_of(backend: str, device: str) -> str:
    """Return backend, device and versions of this machine: numbers of a result depend on them."""
    packages = ("numpy", *(["torch"] if backend == "torch" else []))
    versions = " ".join(f"{name} {metadata.version(name)}" for name in packages)
    return f"{backend}/{device} python {platform.python_version()} {versions} gradus {__version__}"


@lru_cache(maxsize=4)
def setting_of(settings: RunSettings) -> Setting:
    """Return the setting of `settings`, read once in each process.

    Raises:
        GradusError: the course, a plugin or the sandbox cannot be used.
    """
    course = Course.read(Path(settings.course))
    options = GradeOptions(
        backend=settings.backend,
        device=settings.device,
        sandbox=settings.sandbox,
        allow_weaker=settings.allow_weaker,
        seed=settings.seed,
    )
    return open_setting(options, course, Plugins(settings.plugins, course, settings.blocked))


@lru_cache(maxsize=4)
def memory_of(settings: RunSettings) -> Memory:
    """Return the memory that all jobs of `settings` share in a process: checks, right answers."""
    return Memory()


def grade_job(settings: RunSettings, job: Job) -> JobOutcome:
    """Grade one exercise of one submission; nothing is raised."""
    try:
        memory = None if job.afresh else memory_of(settings)
        return _graded(setting_of(settings), job, memory)
    except Exception as error:  # whatever it is, the submission's points must not suffer
        return JobOutcome(fault=f"{type(error).__name__}: {in_one_line(error)}")


def _graded(setting: Setting, job: Job, memory: Memory | None) -> JobOutcome:
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
    files = {}
    for name, file in submission.files.items():
        plain = f"{file.exercise}{PurePosixPath(file.inner).suffix}"
        files[name] = replace(file, inner=plain, shown=plain)
    return replace(submission, label=digest[:12], files=files, hash=digest, notes=())


def _outcome(report: Report, job: Job, setting: Setting, seconds: float) -> JobOutcome:
    (graded,) = report.exercises
    faults = [check.message for check in graded.checks if check.verdict is Verdict.NOT_GRADED]
    if faults:
        return JobOutcome(fault=faults[0])
    if is_open(graded) and not job.alone:
        return JobOutcome(is_open=True)
    # Verdicts and points, without values that differ between equal runs.
    checks = [
        (check.id, check.task, check.verdict.value, check.earned, check.possible)
        for check in graded.checks
    ]
    result = StoredResult(
        verdict=graded.verdict.value,
        earned=float(graded.earned),
        possible=float(graded.possible),
        for_a_person=float(graded.for_a_person),
        checks=hashlib.sha256(json.dumps(checks).encode()).hexdigest(),
        report=render_json(report, show_hidden=True),
        repeated=job.alone,
        sandbox=setting.sandbox.label,
        seconds=seconds,
    )
    return JobOutcome(result)


def digest_of(submission: Submission, course: Course, exercise: Exercise) -> str:
    """Return the digest of all code that the result of `exercise` depends on.

    That is its file, and those of the exercises that it requires: text, cells and notes.
    """
    digest = hashlib.sha256()
    for name in sorted(required.name for required in course.with_required([exercise])):
        file = submission.files.get(name)
        parts: tuple[object, ...] = (name, submission.unread.get(name, ""))
        if file is not None:
            parts += (file.source, file.line_map, file.notes, sorted(file.broken.items()))
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
    attempts = {standing.attempt for standings in counting.values() for standing in standings}
    exercises = course.select(names)
    needed = [required.name for required in course.with_required(exercises)]
    handed_in: set[str] = set()
    work: dict[tuple[str, str], str] = {}
    for attempt in attempts:
        with load_submission(collection.folder_of(attempt), course, needed) as submission:
            handed_in |= {*submission.files, *submission.unread}
            for exercise in exercises:
                work[attempt, exercise.name] = digest_of(submission, course, exercise)
    return [
        RunEntry(student, standing.attempt, exercise.name, work[standing.attempt, exercise.name])
        for student, standings in counting.items()
        for standing in standings
        for exercise in exercises
        if names or exercise.name in handed_in
    ]


def digest_of_all(listed: Sequence[RunEntry]) -> str:
    """Return a digest of the entries of a run."""
    lines = sorted(f"{e.student!r} {e.attempt} {e.exercise} {e.submission}" for e in listed)
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()
