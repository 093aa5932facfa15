"""Grades one job, by default in processes of this machine; jobs and outcomes are plain data."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import platform
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from importlib import metadata
from pathlib import Path, PurePosixPath

from autograder.public.courses import Course, Exercise
from autograder.public.grading import (
    GradeOptions,
    GradeRequest,
    GradingSetting,
    Memory,
    begin,
    is_open,
    libc,
    open_setting,
    work,
)
from autograder.public.reports import Report, Verdict, render_json
from autograder.public.submissions import Submission, load_submission
from framework import __version__
from framework.importing import in_one_line
from framework.processes.forking import may_fork
from plugins.classes.runs.stored_runs import StoredResult


@dataclass(frozen=True)
class Job:
    """One exercise of one submission.

    Attributes:
        place: the folder with the files.
        digest: of the code that the result depends on; empty to skip the comparison.
        alone: whether nothing else runs, so that disturbed checks are repeated.
        afresh: whether remembered answers of other submissions are ignored.
    """

    place: str
    exercise: str
    digest: str = ""
    alone: bool = False
    afresh: bool = False


@dataclass(frozen=True)
class JobOutcome:
    """The end of a job: a result, a fault of the grader, or a request to repeat.

    Attributes:
        result: None after a fault of ours.
        fault: the reason why there is no result; may be empty.
        is_open: whether the machine was too busy, so that the job is to be repeated alone.
    """

    result: StoredResult | None = None
    fault: str = ""
    is_open: bool = False


#: Grades a job; it returns faults and raises nothing.
Grade = Callable[[Job], JobOutcome]


@dataclass(frozen=True)
class RunSettings:
    """How all jobs of a run are graded.

    Attributes:
        options: their `course` is the folder that was chosen.
        revision: digest of the course.
        environment: as `environment_of` returns it; a machine with another one has a fault.
    """

    options: GradeOptions
    revision: str = ""
    environment: str = ""


def environment_of(options: GradeOptions) -> str:
    """Return backend, device and versions of this machine: numbers of a result depend on them."""
    packages = ("numpy", *(["torch"] if options.backend == "torch" else []))
    versions = " ".join(f"{name} {metadata.version(name)}" for name in packages)
    python = platform.python_version()
    return f"{options.backend}/{options.device} python {python} {versions} gradus {__version__}"


@lru_cache(maxsize=4)
def setting_of(settings: RunSettings) -> GradingSetting:
    """Return the setting of `settings`, opened once in each process."""
    return open_setting(settings.options, Course.read(settings.options.course or Path()))


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
    files = {}
    for name, file in submission.files.items():
        plain = f"{file.exercise}{PurePosixPath(file.inner).suffix}"
        files[name] = replace(file, inner=plain, shown=plain)
    return replace(submission, label=digest[:12], files=files, hash=digest, notes=())


def _outcome(report: Report, job: Job, setting: GradingSetting, seconds: float) -> JobOutcome:
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
            cells = file.cells
            places = (cells.origins, cells.broken) if cells is not None else (None, {})
            parts += (file.source, places[0], file.notes, sorted(places[1].items()))
        for part in parts:
            data = repr(part).encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


#: The fault of a job whose process was lost.
LOST = "the process that graded it was lost"


class Engine:
    """Grades `width` jobs side by side by an executor, which is started again when it is lost."""

    def __init__(self, start: Callable[[], Executor], grade: Grade, width: int) -> None:
        self._start, self._grade, self._width = start, grade, width
        self._executor: Executor | None = None

    @property
    def width(self) -> int:
        """How many jobs it grades at the same time."""
        return self._width

    def submit(self, job: Job) -> Future[JobOutcome]:
        """Grade `job`; the future raises `BrokenExecutor` if its worker is lost."""
        if self._executor is None:
            self._executor = self._start()
        return self._executor.submit(self._grade, job)

    def restart(self) -> None:
        """Leave the executor that was lost; the next job starts another."""
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None

    def close(self) -> None:
        """End the executor, and the processes that still grade."""
        for child in multiprocessing.active_children():
            child.terminate()
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None


def settled(future: Future[JobOutcome], *, alone: bool = True) -> JobOutcome:
    """Return the outcome of a job; what ends its worker, or its engine, is a fault of ours.

    Where a worker is lost while other jobs run, its job is repeated alone. A job that was alone is
    the cause, so that the loss is a fault.
    """
    try:
        return future.result()
    except (BrokenExecutor, CancelledError):
        return JobOutcome(fault=LOST, is_open=not alone)
    except Exception as error:  # an engine's own fault
        return JobOutcome(fault=f"{type(error).__name__}: {error}")


def local_engine(grade: Grade, jobs: int, *, has_threads: bool = False) -> Engine:
    """Return an engine of `jobs` processes of this machine; with threads, it is not forked."""
    if sys.platform != "linux":
        return Engine(partial(ProcessPoolExecutor, jobs), grade, jobs)
    context = multiprocessing.get_context("fork" if may_fork() and not has_threads else "spawn")
    own = {"initializer": _begin, "initargs": (grade, os.getpid())}
    return Engine(partial(ProcessPoolExecutor, jobs, context, **own), work, jobs)


def _begin(grade: Grade, coordinator: int) -> None:
    """Prepare a process: it ends with the coordinator, and with it the sandboxes."""
    begin(grade)
    libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != coordinator:  # it has ended before
        os._exit(1)
