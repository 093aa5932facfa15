"""Examines a machine before a run: disk space, full marks for solutions, none for stubs."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

from autograder.public.courses import Course, Exercise, available_stub
from autograder.public.grading import Sandbox, start_worker
from framework.course.solutions import solutions_folder
from framework.errors import GradusError
from framework.importing import in_one_line
from plugins.classes.runs.grade_job import Engine, Job, JobOutcome, settled


def containment(sandbox: Sandbox) -> str:
    """Return in words which sandbox grades here, and what it does not contain."""
    try:
        uncontained = start_worker(sandbox)
    except Exception as error:  # grading itself reports the error
        return f"sandbox {sandbox.label}: no worker started ({in_one_line(error)})"
    missing = f"; not contained: {', '.join(uncontained)}" if uncontained else ""
    return f"sandbox {sandbox.label}{missing}"


#: Bytes that have to be free where submissions are staged, and where the store is.
MIN_FREE = 1 << 30
#: File systems on which SQLite cannot be shared safely.
_SHARED = {"nfs", "nfs4", "cifs", "smb3", "lustre", "gpfs", "beegfs", "ceph", "fuse.sshfs"}


class DoctorError(GradusError):
    """This machine or this course would give wrong grades."""


def examine(
    engine: Engine, course: Course, exercises: Sequence[Exercise], folder: Path | None = None
) -> str:
    """Return the findings, in one line.

    A `DoctorError` names each problem. Stubs are written to `folder`, which other machines see.
    """
    problems = [*_disk(Path(tempfile.gettempdir()))]
    root = solutions_folder(course.root)
    with tempfile.TemporaryDirectory(prefix="gradus-", dir=folder) as stubs:
        solutions = {
            exercise.name: engine.submit(Job(str(root), exercise.name, alone=True))
            for exercise in exercises
        }
        for exercise in exercises:
            stub = Path(stubs) / exercise.stub.name
            stub.write_text(available_stub(exercise) or "", "utf-8")
            graded = engine.submit(Job(stubs, exercise.name, alone=True))
            problems += _problems(exercise.name, settled(graded), is_stub=True)
            stub.unlink()
        for name, solution in solutions.items():
            problems += _problems(name, settled(solution), is_stub=False)
    if problems:
        raise DoctorError(
            "nothing is graded, since this would give wrong points:\n  " + "\n  ".join(problems)
        )
    return f"full marks for the solution and none for the stub of {', '.join(solutions)}"


def _problems(name: str, outcome: JobOutcome, *, is_stub: bool) -> Iterator[str]:
    result = outcome.result
    if result is None:
        yield f"{name}: the {'stub' if is_stub else 'solution'} cannot be graded: {outcome.fault}"
    elif is_stub and result.earned:
        yield f"{name}: the untouched stub gets {result.earned:g} points"
    elif not is_stub and result.earned + result.for_a_person < result.possible:
        yield (
            f"{name}: the solution gets {result.earned:g} of {result.possible:g} points here. "
            f"`grade {name} --submission solutions` shows why"
        )


def _disk(folder: Path) -> Iterator[str]:
    free = shutil.disk_usage(folder).free
    if free < MIN_FREE:
        yield f"{folder} has {free >> 20} MiB free: at least {MIN_FREE >> 20} MiB are needed"


def store_problems(file: Path) -> Iterator[str]:
    """Yield why SQLite should not keep its store at `file`: a full or a shared file system."""
    folder = file.resolve().parent
    yield from _disk(folder)
    parts = [
        partition
        for partition in psutil.disk_partitions(all=True)
        if folder.is_relative_to(partition.mountpoint)
    ]
    kind = max(parts, key=lambda partition: len(partition.mountpoint)).fstype if parts else ""
    if kind in _SHARED:
        yield (
            f"{folder} is on {kind}, where SQLite may lose data: name a local file or a "
            "PostgreSQL server with `--store`"
        )
