"""Merges the result files of a run in shards into the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, and_, update

from autograder.classes.running.grading import without_result, work_of
from autograder.classes.sharding.plan import Plan, discard_plan, name_of
from autograder.classes.sharding.result_files import ResultFiles, read_file
from autograder.classes.store import runs
from autograder.classes.store.database import Store
from autograder.classes.store.jobs import FAULT, LIVE, QUEUED, add_jobs
from autograder.classes.store.results import Result, commit
from autograder.classes.store.tables import Key, is_key, job


@dataclass(frozen=True)
class Merged:
    """What a merge has found.

    Attributes:
        results: that were new.
        different: second results that differ from the first.
        refused: files that are damaged, or of no job of the plan.
        missing: results that are still not there.
        faults: why some of them are missing.
    """

    results: int
    different: int
    refused: tuple[str, ...]
    missing: int
    faults: tuple[str, ...]


def merge(collection: Path, plan: Plan, store: Store) -> Merged:
    """Commit the results of all shards, as far as they are there; may be called again and again.

    A file is removed once its result is in the store. The run ends with its last result.

    Raises:
        BadInputError: the store has no such run.
        StoreError: the store cannot be written; nothing is lost.
    """
    run = store.transaction(partial(runs.find_run, id=plan.run))
    keys = {name_of(key): key for key in plan.jobs}
    files, refused, faults, different, new = ResultFiles(collection, plan.run), [], {}, 0, 0
    before = len(without_result(store, dict(plan.jobs)))
    for file in files.files():
        name, found = read_file(file) or ("", "")
        if name not in keys:
            refused.append(file.name)
        elif isinstance(found, Result):
            different += not store.transaction(partial(commit, key=keys[name], result=found))
            file.unlink()
        else:
            faults[keys[name]] = found
            file.unlink()
    missing = without_result(store, work_of(store, run))
    new = before - len([key for key in plan.jobs if key in missing])
    left = {key: fault for key, fault in faults.items() if key in missing}
    store.transaction(partial(_note_faults, run=run.id, missing=missing, faults=left, plan=plan))
    if not missing:
        store.transaction(partial(runs.end_run, id=run.id))
        discard_plan(collection)
    return Merged(new, different, tuple(refused), len(missing), tuple(sorted(set(left.values()))))


def _note_faults(
    connection: Connection,
    run: int,
    missing: Mapping[Key, str],
    faults: Mapping[Key, str],
    plan: Plan,
) -> None:
    """Queue the jobs that hold a fault, so that `class faults` shows it and a later run retries."""
    queued = [(key, missing[key]) for key in faults]
    found = runs.find_run(connection, run)
    add_jobs(connection, queued, assignment=found.assignment, run=run, priority=LIVE)
    for key, fault in faults.items():
        waiting = and_(is_key(job, key), job.c.state == QUEUED)
        values = {"state": FAULT, "fault": fault[:2000]}
        connection.execute(update(job).where(waiting).values(values))
