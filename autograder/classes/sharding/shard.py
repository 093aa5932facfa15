"""Grades one shard of a plan into files; a shard that is started again grades what is left."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.classes.collecting.collection import Collection
from autograder.classes.running.coordinator import Coordinator, Setup, Watcher
from autograder.classes.running.doctor import DoctorError, examine
from autograder.classes.running.engine import Engine
from autograder.classes.running.grade_one import grade_job, setting_of
from autograder.classes.running.grading import without_result
from autograder.classes.running.job import Grade
from autograder.classes.sharding.plan import Plan, Shard, name_of
from autograder.classes.sharding.result_files import ResultFiles
from autograder.classes.store.database import Store
from autograder.classes.store.jobs import LIVE, Queue, add_jobs, fault_of
from autograder.classes.store.tables import Key
from autograder.course.identity import course_hash
from framework.errors import BadInputError


@dataclass(frozen=True)
class Part:
    """A shard of a plan, and what grades it.

    Attributes:
        start: returns an engine that grades with a function.
        watch: returns what shows the state of a number of jobs.
    """

    collection: Collection
    plan: Plan
    shard: Shard
    start: Callable[[Grade], Engine]
    watch: Callable[[int], Watcher]


@dataclass(frozen=True)
class Done:
    """What became of a shard: its jobs, those graded before, and those that are not graded."""

    jobs: int
    known: int
    not_graded: int


def grade_shard(part: Part) -> Done:
    """Grade the jobs of a shard that have no result yet, each into a file.

    The queue is a store of this process alone, on the disk of this machine.

    Raises:
        BadInputError: this machine has another course or other versions than the plan.
        DoctorError: this machine would give wrong grades.
    """
    _require_same(part.plan)
    files = ResultFiles(part.collection.folder, part.plan.run)
    share, graded = part.plan.share(part.shard), files.graded()
    left = {key: attempt for key, attempt in share.items() if name_of(key) not in graded}
    if not left:
        return Done(len(share), len(share), 0)
    engine = part.start(partial(grade_job, part.plan.settings))
    try:
        _examine(part.plan, engine, left)
        not_graded = _grade(part, engine, files, left)
    finally:
        engine.close()
    return Done(len(share), len(share) - len(left), not_graded)


def _require_same(plan: Plan) -> None:
    """Fail where this machine would give other results than the plan is for."""
    revision = course_hash(setting_of(plan.settings).course)
    if revision != plan.revision:
        raise BadInputError(
            f"the course at {plan.settings.course} has revision {revision[:12]}, and the plan "
            f"{plan.revision[:12]}: plan again with `gradus class grade DIR --plan`"
        )
    if plan.settings.environment != plan.environment:
        raise BadInputError(
            f"this machine has {plan.settings.environment}, and the plan is for "
            f"{plan.environment}: install the same versions, or plan again"
        )


def _examine(plan: Plan, engine: Engine, left: dict[Key, str]) -> None:
    course = setting_of(plan.settings).course
    names = dict.fromkeys(sorted(key.exercise for key in left))
    try:
        examine(engine, course, course.select(names))
    except DoctorError as error:
        raise DoctorError(f"on this machine: {error}") from None


def _grade(part: Part, engine: Engine, files: ResultFiles, left: dict[Key, str]) -> int:
    """Grade `left`, and write files; return how many are not graded."""
    queue = Queue("shard", part.plan.revision, part.plan.settings.seed, part.plan.environment)
    with (
        tempfile.TemporaryDirectory(prefix="gradus-shard-") as folder,
        Store(str(Path(folder) / "queue.sqlite")) as store,
    ):
        store.transaction(
            lambda connection: add_jobs(
                connection, left.items(), assignment=queue.assignment, run=0, priority=LIVE
            )
        )
        place_of, watcher = part.collection.folder_of, part.watch(len(left))
        Coordinator(Setup(store, engine, queue, place_of, watcher, files.add)).run()
        missing = without_result(store, left)
        for key in missing:
            files.add_fault(key, store.transaction(partial(fault_of, key=key)))
    return len(missing)
