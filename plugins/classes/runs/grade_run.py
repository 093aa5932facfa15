"""`class grade`: starts a run or continues it, and grades all work without a result."""

from __future__ import annotations

import hashlib
import math
import random
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from autograder.public.courses import Course, exercise_revision, version_words
from autograder.public.grading import GradingSetting
from autograder.public.reports import Verdict
from autograder.public.submissions import load_submission
from framework.errors import BadInputError, UsageError
from plugins.classes.collecting.collection import Collection
from plugins.classes.runs import stored_runs
from plugins.classes.runs.course_parts import (
    FOLDER,
    entries_with_parts,
    parts_assignment,
    parts_folder,
)
from plugins.classes.runs.doctor import DoctorError, containment, examine, store_problems
from plugins.classes.runs.grade_job import Engine, Job, RunSettings, digest_of, setting_of, settled
from plugins.classes.runs.jobs import LIVE, REGRADE, Coordinator, add_jobs, jobs_of, without_result
from plugins.classes.runs.store import ResultKey, Store
from plugins.classes.runs.stored_runs import (
    Run,
    RunEntry,
    RunKey,
    commit,
    entries_of,
    find_result,
    last_generation,
)


def entries(collection: Collection, course: Course, names: Sequence[str] = ()) -> list[RunEntry]:
    """Return the entries of a run: for each student, each attempt that counts, each exercise.

    Without names of exercises or units, those of which a file was handed in.
    """
    counting = collection.counting()
    attempts = {standing.attempt for standings in counting.values() for standing in standings}
    exercises = course.select(names)
    needed = [required.name for required in course.with_required(exercises)]
    revisions = {e.name: exercise_revision(course, e) for e in exercises}
    handed_in: set[str] = set()
    work: dict[tuple[str, str], str] = {}
    for attempt in attempts:
        with load_submission(collection.folder_of(attempt), course, needed) as submission:
            handed_in |= {*submission.files, *submission.unread}
            for exercise in exercises:
                work[attempt, exercise.name] = digest_of(submission, course, exercise)
    return [
        RunEntry(
            *(student, standing.attempt, exercise.name),
            work[standing.attempt, exercise.name],
            revisions[exercise.name],
        )
        for student, standings in counting.items()
        for standing in standings
        for exercise in exercises
        if names or exercise.name in handed_in
    ]


def digest_of_all(listed: Sequence[RunEntry]) -> str:
    """Return a digest of the entries of a run."""
    lines = sorted(f"{e.student!r} {e.attempt} {e.exercise} {e.submission}" for e in listed)
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def numbered(
    connection: Connection, run_key: RunKey, listed: Sequence[RunEntry], again: str
) -> list[RunEntry]:
    """Return the entries with the generations of their work in a new run."""
    works = {(entry.exercise, entry.submission) for entry in listed}
    former = {work: last_generation(connection, *work) for work in works}
    new = dict(former)
    for entry in listed if again else ():
        work = entry.exercise, entry.submission
        result = find_result(connection, run_key.key(replace(entry, generation=former[work])))
        is_failed = result is not None and result.verdict != Verdict.PASSED
        chosen = {"all", f"task={entry.exercise}", f"student={entry.student}"}
        if again in chosen or (again == "failed" and is_failed):
            new[work] = former[work] + 1
    return [replace(entry, generation=new[entry.exercise, entry.submission]) for entry in listed]


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


def grade(
    collection: Collection,
    settings: RunSettings,
    store: Store,
    engine: Engine,
    *,
    names: Sequence[str] = (),
    again: str = "",
    verified: float = 0.0,
) -> FinishedRun:
    """Grade all work of a collection, and return the run.

    `settings` decides about results. `again` is ``--regrade``: what is graded although it has a
    result. `verified` percent of the results are graded twice.
    """
    kind, _, name = again.partition("=")
    if again not in ("", "all", "failed") and not (kind in ("task", "student") and name):
        raise UsageError(
            f"'{again}' cannot be graded again: expected all, failed, task=EXERCISE or student=KEY"
        )
    setting, folder_of = setting_of(settings), collection.folder_of
    secret = settings.options.secret
    seed = setting.seed if secret is None else secret
    run_key = RunKey(collection.id, settings.revision, seed, settings.environment)
    listed = entries(collection, setting.course, names)
    if not listed:
        raise BadInputError(
            f"{collection.folder} holds no attempt that counts: collect its exports first"
        )
    run = store.transaction(_begun_run, run_key, setting, listed, again)
    if not run.doctor:
        exercises = setting.course.select(dict.fromkeys(entry.exercise for entry in listed))
        if "://" not in store.place and (problems := [*store_problems(Path(store.place))]):
            raise DoctorError("; ".join(problems))
        examined = examine(engine, setting.course, exercises, collection.folder)
        doctor = f"{examined}; {containment(setting.sandbox)}"
        store.transaction(stored_runs.note_doctor, run.id, doctor)
    priority = REGRADE if again else LIVE
    work, missing, left = _graded(
        store, engine, run, lambda attempt, _: folder_of(attempt), priority
    )
    done = {key: attempt for key, attempt in work.items() if key not in left}
    compared, different = verify(store, engine, sample(done, verified, run.id), folder_of)
    store.transaction(stored_runs.end_run, run.id)
    run = store.transaction(stored_runs.find_run, run.id)
    counts = len(work), len(work) - missing, len(left), compared, different
    return FinishedRun(run, *counts)


def grade_with_parts(
    collection: Collection, setting: GradingSetting, store: Store, engine: Engine, run: Run
) -> Run | None:
    """Grade the work of a finished run that waits for other exercises, with the course's parts."""
    try:
        listed = store.transaction(entries_with_parts, collection, run, setting.course)
        if not listed:
            return None
        run_key = RunKey(parts_assignment(collection), run.revision, run.seed, run.environment)
        with_parts = store.transaction(_begun_run, run_key, setting, listed, "")
        _graded(store, engine, with_parts, partial(parts_folder, collection), LIVE)
        store.transaction(stored_runs.end_run, with_parts.id)
        return with_parts
    finally:  # it holds solutions
        shutil.rmtree(collection.folder / FOLDER, ignore_errors=True)


#: Seconds between two states of a run on a terminal, and in a log.
ON_TERMINAL, IN_LOG = 0.5, 30.0


@contextmanager
def shown_progress(total: int) -> Iterator[Callable[[int], None]]:
    """Show how many of `total` jobs have ended: in one line of a terminal, or in lines of a log.

    It has no threads, since processes are forked meanwhile.
    """
    stream, is_terminal = sys.stderr, sys.stderr.isatty()
    started = shown = time.monotonic()

    def show(ended: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if ended and now - shown > (ON_TERMINAL if is_terminal else IN_LOG):
            shown = now
            minutes = (now - started) / ended * (total - ended) / 60
            line = f"graded {ended:,} of {total:,}, {minutes:.0f} min left"
            stream.write(f"\r{line}\x1b[K" if is_terminal else f"{line}\n")
            stream.flush()

    yield show
    if is_terminal:
        stream.write("\r\x1b[K")


def _graded(
    store: Store, engine: Engine, run: Run, folder_of: Callable[[str, str], Path], priority: int
) -> tuple[dict[ResultKey, str], int, dict[ResultKey, str]]:
    """Grade what has no result; return the work, how much had none, and what still has none."""
    work = {run.key(entry): entry.attempt for entry in store.transaction(entries_of, run.id)}
    missing = store.transaction(
        add_jobs, work.items(), assignment=run.assignment, run=run.id, priority=priority
    )
    queue = jobs_of(run, {key.revision for key in work})
    with shown_progress(missing) as on_end:
        Coordinator(store, engine, queue, folder_of, on_end).run()
    return work, missing, store.transaction(without_result, work)


def _begun_run(
    connection: Connection,
    run_key: RunKey,
    setting: GradingSetting,
    listed: Sequence[RunEntry],
    again: str,
) -> Run:
    """Return the unfinished run of this work, or a new run."""
    work, sandbox = digest_of_all(listed), setting.sandbox.label
    former = None if again else stored_runs.unfinished_run(connection, run_key, work)
    if former is not None and former.sandbox == sandbox:
        return former
    new = numbered(connection, run_key, listed, again)
    stored_runs.note_course(connection, run_key.revision, version_words(setting.course))
    return stored_runs.start_run(connection, run_key, sandbox, work, new)
