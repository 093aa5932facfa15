"""What has to hold before a run: disk space, solutions with full marks, stubs without any."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path

import psutil

from autograder.classes.running.engine import Engine, settled
from autograder.classes.running.job import Job, Outcome
from autograder.course.reading import Course, Exercise
from autograder.course.stubs import available_stub
from framework.course.solutions import solutions_folder
from framework.errors import GradusError

#: Bytes that have to be free where submissions are staged, and where the store is.
MIN_FREE = 1 << 30
#: File systems on which SQLite cannot be shared safely.
_SHARED = {"nfs", "nfs4", "cifs", "smb3", "lustre", "gpfs", "beegfs", "ceph", "fuse.sshfs"}


class DoctorError(GradusError):
    """This machine or this course would give wrong grades."""


def examine(
    engine: Engine, course: Course, exercises: Sequence[Exercise], folder: Path | None = None
) -> str:
    """Return what was found, in one line.

    Args:
        folder: where stubs are written, for an engine of other machines; None for any place.

    Raises:
        DoctorError: a solution does not get full marks here, a stub gets points, or the disk is
            full; the message names each.
    """
    problems = [*_disk(Path(tempfile.gettempdir()))]
    with tempfile.TemporaryDirectory(prefix="gradus-", dir=folder) as stubs:
        solutions = [_graded(engine, solutions_folder(course.root), one) for one in exercises]
        for one in exercises:
            stub = Path(stubs) / one.stub.name
            stub.write_text(available_stub(one) or "", "utf-8")
            problems += _about_stub(one, settled(_graded(engine, Path(stubs), one)))
            stub.unlink()
        for one, found in zip(exercises, solutions, strict=True):
            problems += _about_solution(one, settled(found))
    if problems:
        raise DoctorError(
            "nothing is graded, since this would give wrong points:\n  " + "\n  ".join(problems)
        )
    names = ", ".join(one.name for one in exercises)
    return f"full marks for the solution and none for the stub of {names}"


def _graded(engine: Engine, place: Path, exercise: Exercise) -> Future[Outcome]:
    return engine.submit(Job(str(place), exercise.name, alone=True))


def _about_solution(exercise: Exercise, found: Outcome) -> Iterator[str]:
    if found.result is None:
        yield f"{exercise.name}: the solution cannot be graded: {found.fault}"
    elif found.result.earned + found.result.for_a_person < found.result.possible:
        yield (
            f"{exercise.name}: the solution gets {found.result.earned:g} of "
            f"{found.result.possible:g} points here. `grade {exercise.name} --submission "
            "solutions` shows why"
        )


def _about_stub(exercise: Exercise, found: Outcome) -> Iterator[str]:
    if found.result is None:
        yield f"{exercise.name}: the stub cannot be graded: {found.fault}"
    elif found.result.earned:
        yield f"{exercise.name}: the untouched stub gets {found.result.earned:g} points"


def _disk(folder: Path) -> Iterator[str]:
    free = shutil.disk_usage(folder).free
    if free < MIN_FREE:
        yield f"{folder} has {free >> 20} MiB free: at least {MIN_FREE >> 20} MiB are needed"


def store_problems(file: Path) -> Iterator[str]:
    """Yield why SQLite should not keep its store at `file`: a full or a shared file system."""
    folder = file.resolve().parent
    yield from _disk(folder)
    parts = [
        one for one in psutil.disk_partitions(all=True) if folder.is_relative_to(one.mountpoint)
    ]
    kind = max(parts, key=lambda one: len(one.mountpoint)).fstype if parts else ""
    if kind in _SHARED:
        yield (
            f"{folder} is on {kind}, where SQLite may lose data: name a local file or a "
            "PostgreSQL server with `--store`"
        )
