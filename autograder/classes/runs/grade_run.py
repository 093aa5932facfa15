"""`class grade`: starts a run or continues it, and grades all that has no result yet."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from autograder.classes.collecting.collection import Collection
from autograder.classes.runs import stored_runs
from autograder.classes.runs.coordinator import Coordinator, Setup, Watcher
from autograder.classes.runs.doctor import DoctorError, examine, store_problems
from autograder.classes.runs.engine import Engine, Job, settled
from autograder.classes.runs.grade_job import digest_of_all, entries
from autograder.classes.runs.job_queue import LIVE, REGRADE, Queue, add_jobs
from autograder.classes.runs.store import Key, Store
from autograder.classes.runs.stored_runs import (
    Entry,
    Result,
    Run,
    commit,
    find_result,
    last_generation,
)
from autograder.course.reading import Course
from autograder.course.revisions.facts import version_words
from autograder.verdicts import Verdict
from framework.errors import BadInputError, UsageError

#: Kinds of choice: all work, all that is not right, one exercise, one student.
ALL, FAILED, TASK, STUDENT = "all", "failed", "task", "student"


@dataclass(frozen=True)
class Again:
    """What is graded again, as ``--regrade`` names it: all, failed, task=NAME, student=KEY."""

    kind: str
    name: str = ""

    @classmethod
    def parse(cls, text: str) -> Again:
        """Return what `text` names.

        Raises:
            UsageError: it has another form.
        """
        kind, separator, name = text.partition("=")
        if bool(separator and name) != (kind in (TASK, STUDENT)) or kind not in (
            ALL,
            FAILED,
            TASK,
            STUDENT,
        ):
            raise UsageError(
                f"'{text}' cannot be graded again: expected all, failed, task=EXERCISE or "
                "student=KEY"
            )
        return cls(kind, name)

    def takes(self, one: Entry, result: Result | None) -> bool:
        """Return whether the work of an entry is graded again."""
        if self.kind == FAILED:
            return result is not None and result.verdict != Verdict.PASSED
        return self.kind == ALL or self.name == (one.exercise if self.kind == TASK else one.student)


def generations(
    connection: Connection, queue: Queue, found: Sequence[Entry], again: Again | None
) -> dict[tuple[str, str], int]:
    """Return (exercise, digest of the work) -> its generation in a new run."""
    known: dict[tuple[str, str], int] = {}
    raised: set[tuple[str, str]] = set()
    for one in found:
        work = one.exercise, one.submission
        if work not in known:
            known[work] = last_generation(connection, *work)
        if again is not None and work not in raised:
            key = Key(one.submission, one.exercise, queue.revision, queue.seed,
                      queue.environment, known[work])  # fmt: skip
            if again.takes(one, find_result(connection, key)):
                raised.add(work)
    return {work: number + (work in raised) for work, number in known.items()}


def sample(work: Mapping[Key, str], percent: float, seed: int) -> dict[Key, str]:
    """Return a random sample of `work`, at least one; the same for the same run."""
    keys = sorted(work, key=repr)
    count = min(math.ceil(len(keys) * percent / 100), len(keys))
    return {key: work[key] for key in random.Random(seed).sample(keys, count)}


def verify(
    store: Store, engine: Engine, work: Mapping[Key, str], folder_of: Callable[[str], Path]
) -> tuple[int, int]:
    """Grade `work` again; return how many results were compared, and how many differ."""
    futures = {
        key: engine.submit(Job(str(folder_of(attempt)), key.exercise, key.submission, afresh=True))
        for key, attempt in work.items()
    }
    compared, different = 0, 0
    for key, future in futures.items():
        result = settled(future).result
        if result is not None:  # a fault, or a busy machine, says nothing
            compared += 1
            different += not store.transaction(partial(commit, key=key, result=result))
    return compared, different


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
    store.transaction(lambda connection: stored_runs.end_run(connection, run.id))
    run = store.transaction(lambda connection: stored_runs.find_run(connection, run.id))
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
        former = stored_runs.unfinished_run(connection, grading.queue, work)
        if former is not None and former.sandbox == grading.sandbox:
            return former
    known = generations(connection, grading.queue, found, grading.again)
    numbered = [replace(one, generation=known[one.exercise, one.submission]) for one in found]
    stored_runs.note_course(connection, grading.queue.revision, version_words(grading.course))
    return stored_runs.start_run(connection, grading.queue, grading.sandbox, work, numbered)


def _examine(grading: Grading, run: Run, found: Sequence[Entry]) -> None:
    place = grading.store.place
    problems = list(store_problems(Path(place))) if "://" not in place else []
    if problems:
        raise DoctorError("; ".join(problems))
    names = dict.fromkeys(one.exercise for one in found)
    folder = grading.collection.folder
    found_well = examine(grading.engine, grading.course, grading.course.select(names), folder)
    doctor = "; ".join(filter(None, (found_well, grading.price())))
    grading.store.transaction(
        lambda connection: stored_runs.note_doctor(connection, run.id, doctor)
    )


def work_of(store: Store, run: Run) -> dict[Key, str]:
    """Return key -> an attempt with that work."""
    listed = store.transaction(lambda connection: stored_runs.entries_of(connection, run.id))
    return {run.key(one): one.attempt for one in listed}


def without_result(store: Store, work: dict[Key, str]) -> dict[Key, str]:
    """Return the part of `work` that has no result."""

    def look(connection: Connection) -> dict[Key, str]:
        return {k: place for k, place in work.items() if find_result(connection, k) is None}

    return store.transaction(look)
