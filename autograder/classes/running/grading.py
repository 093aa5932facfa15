"""`class grade`: starts a run or continues it, and grades all that has no result yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from autograder.classes.collecting.collection import Collection
from autograder.classes.running.coordinator import Coordinator, Setup, Watcher
from autograder.classes.running.doctor import DoctorError, examine, store_problems
from autograder.classes.running.engine import Engine
from autograder.classes.running.regrading import Again, generations
from autograder.classes.running.verifying import sample, verify
from autograder.classes.running.work import digest_of_all, entries
from autograder.classes.store import runs
from autograder.classes.store.database import Store
from autograder.classes.store.jobs import LIVE, REGRADE, Queue, add_jobs
from autograder.classes.store.results import find_result
from autograder.classes.store.runs import Entry, Run
from autograder.classes.store.tables import Key
from autograder.course.reading import Course
from autograder.course.revisions import version_words
from framework.errors import BadInputError


@dataclass(frozen=True)
class Grading:
    """What is graded, by what, and where it is kept.

    Attributes:
        names: exercises or units; empty for those of which a file was handed in.
        again: what is graded again although it has a result; None for nothing.
        verified: percentage of the results that are graded twice.
        watch: returns what shows the state of a number of jobs.
        price: returns what the sandbox costs and contains here, for the record of a run.
    """

    collection: Collection
    course: Course
    store: Store
    engine: Engine
    queue: Queue
    sandbox: str
    watch: Callable[[int], Watcher]
    names: Sequence[str] = ()
    again: Again | None = None
    verified: float = 0.0
    price: Callable[[], str] = lambda: ""


@dataclass(frozen=True)
class Ended:
    """A finished run.

    Attributes:
        jobs: how many results it has or waits for, equal work once.
        reused: how many of them were there before.
        verified, different: results that were graded twice, and those that differ.
    """

    run: Run
    jobs: int
    reused: int
    not_graded: int
    verified: int
    different: int


def grade(grading: Grading) -> Ended:
    """Grade all work of a collection, and return the run.

    Raises:
        BadInputError: there is nothing to grade.
        DoctorError: this machine would give wrong grades.
    """
    store, queue = grading.store, grading.queue
    run = begun_run(grading)
    work = work_of(store, run)
    missing = without_result(store, work)
    watcher = grading.watch(len(missing))
    priority = LIVE if grading.again is None else REGRADE
    store.transaction(
        lambda connection: add_jobs(
            connection,
            missing.items(),
            assignment=queue.assignment,
            run=run.id,
            priority=priority,
        )
    )
    folder_of = grading.collection.folder_of
    Coordinator(Setup(store, grading.engine, queue, folder_of, watcher)).run()
    left = without_result(store, work)
    graded = {key: attempt for key, attempt in work.items() if key not in left}
    chosen = sample(graded, grading.verified, run.id)
    verified, different = verify(store, grading.engine, chosen, folder_of)
    store.transaction(lambda connection: runs.end_run(connection, run.id))
    run = store.transaction(lambda connection: runs.find_run(connection, run.id))
    reused = len(work) - len(missing)
    return Ended(run, len(work), reused, len(left), verified, different)


def begun_run(grading: Grading) -> Run:
    """Return the unfinished run of this work, or a new one, once the doctor has examined it.

    Raises:
        BadInputError: there is nothing to grade.
        DoctorError: this machine would give wrong grades.
    """
    found = entries(grading.collection, grading.course, grading.names)
    if not found:
        raise BadInputError(
            f"{grading.collection.folder} holds no attempt that counts: collect its exports first"
        )
    run = grading.store.transaction(lambda connection: _run(connection, grading, found))
    if not run.doctor:
        _examine(grading, run, found)
    return run


def _run(connection: Connection, grading: Grading, found: Sequence[Entry]) -> Run:
    """Return the unfinished run of this work, or a new one."""
    work = digest_of_all(found)
    if grading.again is None:
        former = runs.unfinished_run(connection, grading.queue, work)
        if former is not None and former.sandbox == grading.sandbox:
            return former
    known = generations(connection, grading.queue, found, grading.again)
    numbered = [replace(one, generation=known[one.exercise, one.submission]) for one in found]
    runs.note_course(connection, grading.queue.revision, version_words(grading.course))
    return runs.start_run(connection, grading.queue, grading.sandbox, work, numbered)


def _examine(grading: Grading, run: Run, found: Sequence[Entry]) -> None:
    place = grading.store.place
    problems = list(store_problems(Path(place))) if "://" not in place else []
    if problems:
        raise DoctorError("; ".join(problems))
    names = dict.fromkeys(one.exercise for one in found)
    folder = grading.collection.folder
    found_well = examine(grading.engine, grading.course, grading.course.select(names), folder)
    doctor = "; ".join(filter(None, (found_well, grading.price())))
    grading.store.transaction(lambda connection: runs.note_doctor(connection, run.id, doctor))


def work_of(store: Store, run: Run) -> dict[Key, str]:
    """Return key -> an attempt with that work."""
    listed = store.transaction(lambda connection: runs.entries_of(connection, run.id))
    return {run.key(one): one.attempt for one in listed}


def without_result(store: Store, work: dict[Key, str]) -> dict[Key, str]:
    """Return the part of `work` that has no result."""

    def look(connection: Connection) -> dict[Key, str]:
        return {k: place for k, place in work.items() if find_result(connection, k) is None}

    return store.transaction(look)
