"""`class grade`: starts a run or continues it, and grades all work without a result."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection

from autograder.public.courses import course_hash, version_words
from autograder.public.grading import GradeOptions
from autograder.public.reports import Verdict
from framework.errors import BadInputError, UsageError
from plugins.classes.collecting.collection import Collection
from plugins.classes.runs import stored_runs
from plugins.classes.runs.coordinator import Coordinator, RunProgress
from plugins.classes.runs.doctor import DoctorError, examine, sandbox_cost, store_problems
from plugins.classes.runs.engine import Engine, Job, settled
from plugins.classes.runs.grade_job import digest_of_all, entries, environment_of, setting_of
from plugins.classes.runs.job_queue import LIVE, REGRADE, Queue, add_jobs
from plugins.classes.runs.store import ResultKey, Store
from plugins.classes.runs.stored_runs import (
    Run,
    RunEntry,
    StoredResult,
    commit,
    find_result,
    last_generation,
)

#: Words of `--regrade` with a value after ``=``, and without a value.
NAMED, WHOLE = ("task", "student"), ("all", "failed")


@dataclass(frozen=True)
class Again:
    """The choice of ``--regrade``: all, failed, task=NAME or student=KEY."""

    kind: str
    name: str = ""

    @classmethod
    def parse(cls, text: str) -> Again:
        """Return the choice that `text` describes.

        Raises:
            UsageError: it has another form.
        """
        kind, _, name = text.partition("=")
        if text in WHOLE or (kind in NAMED and name):
            return cls(kind, name)
        raise UsageError(
            f"'{text}' cannot be graded again: expected all, failed, task=EXERCISE or student=KEY"
        )

    def takes(self, entry: RunEntry, result: StoredResult | None) -> bool:
        """Return whether the work of an entry is graded again."""
        if self.kind == "failed":
            return result is not None and result.verdict != Verdict.PASSED
        named = entry.exercise if self.kind == "task" else entry.student
        return self.kind == "all" or self.name == named


def generations(
    connection: Connection, queue: Queue, listed: Sequence[RunEntry], again: Again | None
) -> dict[tuple[str, str], int]:
    """Return (exercise, digest of the work) -> its generation in a new run."""
    former: dict[tuple[str, str], int] = {}
    raised: set[tuple[str, str]] = set()
    for entry in listed:
        work = entry.exercise, entry.submission
        if work not in former:
            former[work] = last_generation(connection, *work)
        if again is not None and work not in raised:
            key = queue.key(entry.submission, entry.exercise, former[work])
            if again.takes(entry, find_result(connection, key)):
                raised.add(work)
    return {work: number + (work in raised) for work, number in former.items()}


def sample(work: Mapping[ResultKey, str], percent: float, seed: int) -> dict[ResultKey, str]:
    """Return a random sample of `work`, at least one key; the same for the same run."""
    keys = sorted(work, key=repr)
    count = min(math.ceil(len(keys) * percent / 100), len(keys))
    return {key: work[key] for key in random.Random(seed).sample(keys, count)}


def verify(
    store: Store, engine: Engine, work: Mapping[ResultKey, str], folder_of: Callable[[str], Path]
) -> tuple[int, int]:
    """Grade `work` again; return how many results were compared, and how many differ."""
    futures = {
        key: engine.submit(Job(str(folder_of(attempt)), key.exercise, key.submission, afresh=True))
        for key, attempt in work.items()
    }
    compared, different = 0, 0
    for key, future in futures.items():
        result = settled(future).result
        if result is not None:  # a fault or a busy machine gives no result to compare
            compared += 1
            different += not store.transaction(commit, key, result)
    return compared, different


@dataclass(frozen=True)
class Grading:
    """The work to grade, its options, the engine, and the store.

    Attributes:
        options: decide about results; the other fields do not.
        names: exercises or units; empty for those of which a file was handed in.
        again: what is graded again although it has a result; None for nothing.
        verified: percentage of the results that are graded twice.
        progress: shows the state.
    """

    collection: Collection
    options: GradeOptions
    store: Store
    engine: Engine
    names: Sequence[str] = ()
    again: Again | None = None
    verified: float = 0.0
    progress: RunProgress = field(default_factory=RunProgress)

    @cached_property
    def queue(self) -> Queue:
        """The jobs of its assignment and options."""
        setting = setting_of(self.options)
        environment = environment_of(self.options)
        return Queue(self.collection.name, course_hash(setting.course), setting.seed, environment)


@dataclass(frozen=True)
class FinishedRun:
    """A finished run.

    Attributes:
        jobs: how many results it has or waits for, equal work once.
        reused: how many of them were there before.
        verified, different: number of results graded twice, and of differing results.
    """

    run: Run
    jobs: int
    reused: int
    not_graded: int
    verified: int
    different: int


def grade(grading: Grading) -> FinishedRun:
    """Grade all work of a collection, and return the run.

    Raises:
        BadInputError: there is nothing to grade.
        DoctorError: this machine would give wrong grades.
    """
    store, queue, folder_of = grading.store, grading.queue, grading.collection.folder_of
    listed = entries(grading.collection, setting_of(grading.options).course, grading.names)
    if not listed:
        raise BadInputError(
            f"{grading.collection.folder} holds no attempt that counts: collect its exports first"
        )
    run = store.transaction(_begun_run, grading, listed)
    if not run.doctor:
        store.transaction(stored_runs.note_doctor, run.id, _examined(grading, listed))
    work = store.transaction(_work_of, run)
    missing = store.transaction(_without_result, work)
    grading.progress.begin(len(missing))
    store.transaction(
        add_jobs,
        missing.items(),
        assignment=queue.assignment,
        run=run.id,
        priority=LIVE if grading.again is None else REGRADE,
    )
    Coordinator(store, grading.engine, queue, folder_of, grading.progress).run()
    left = store.transaction(_without_result, work)
    graded = {key: attempt for key, attempt in work.items() if key not in left}
    chosen = sample(graded, grading.verified, run.id)
    verified, different = verify(store, grading.engine, chosen, folder_of)
    store.transaction(stored_runs.end_run, run.id)
    run = store.transaction(stored_runs.find_run, run.id)
    reused = len(work) - len(missing)
    return FinishedRun(run, len(work), reused, len(left), verified, different)


def _begun_run(connection: Connection, grading: Grading, listed: Sequence[RunEntry]) -> Run:
    """Return the unfinished run of this work, or a new run."""
    work, setting = digest_of_all(listed), setting_of(grading.options)
    sandbox = setting.sandbox.label
    if grading.again is None:
        former = stored_runs.unfinished_run(connection, grading.queue, work)
        if former is not None and former.sandbox == sandbox:
            return former
    numbers = generations(connection, grading.queue, listed, grading.again)
    numbered = [
        replace(entry, generation=numbers[entry.exercise, entry.submission]) for entry in listed
    ]
    stored_runs.note_course(connection, grading.queue.revision, version_words(setting.course))
    return stored_runs.start_run(connection, grading.queue, sandbox, work, numbered)


def _examined(grading: Grading, listed: Sequence[RunEntry]) -> str:
    """Return the findings of the doctor, in a line."""
    place, setting = grading.store.place, setting_of(grading.options)
    problems = list(store_problems(Path(place))) if "://" not in place else []
    if problems:
        raise DoctorError("; ".join(problems))
    names = dict.fromkeys(entry.exercise for entry in listed)
    exercises, folder = setting.course.select(names), grading.collection.folder
    examined = examine(grading.engine, setting.course, exercises, folder)
    return f"{examined}; {sandbox_cost(setting.sandbox)}"


def _work_of(connection: Connection, run: Run) -> dict[ResultKey, str]:
    """Return key of each result -> an attempt with that work."""
    return {run.key(entry): entry.attempt for entry in stored_runs.entries_of(connection, run.id)}


def _without_result(connection: Connection, work: dict[ResultKey, str]) -> dict[ResultKey, str]:
    """Return the part of `work` that has no result."""
    return {key: attempt for key, attempt in work.items() if find_result(connection, key) is None}
