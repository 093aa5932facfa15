"""Runs, their results and points in the store; the first result for a key counts."""

from __future__ import annotations

import secrets
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, func, insert, select, update

from autograder.public.reports import ExerciseResult, read_report
from framework.errors import BadInputError
from plugins.classes.runs.store import (
    FAULT,
    KEY,
    ResultKey,
    disagreement,
    entry,
    from_row,
    grading,
    insert_once,
    is_key,
    job,
    meta,
    run,
)


@dataclass(frozen=True)
class StoredResult:
    """The result of one exercise.

    Attributes:
        verdict: the worst of its checks.
        checks: digest of verdict and points of each check; equal results have the same.
        report: the report, as JSON with the details of hidden checks.
        repeated: whether grading was repeated alone on the machine.
    """

    verdict: str
    earned: float
    possible: float
    for_a_person: float
    checks: str
    report: str
    repeated: bool
    sandbox: str
    seconds: float

    @property
    def exercise(self) -> ExerciseResult:
        """The exercise in its report."""
        (exercise,) = read_report(self.report).exercises
        return exercise


@dataclass(frozen=True)
class ResultConflict:
    """Two results for the same work."""

    key: ResultKey
    first: StoredResult
    second: StoredResult


def commit(connection: Connection, key: ResultKey, result: StoredResult) -> bool:
    """Write a result; return whether it is the first result for `key`, or agrees with the first."""
    values = {**asdict(key), **asdict(result), "at": time.time()}
    if insert_once(connection, grading, {**values, "confirmed": 0}, KEY):
        return True
    former = select(grading.c.checks).where(is_key(grading, key))
    if connection.execute(former).scalar() == result.checks:
        return True
    connection.execute(insert(disagreement).values(values))
    return False


def find_result(
    connection: Connection, key: ResultKey, until: float | None = None
) -> StoredResult | None:
    """Return the result of `key`; None if there is none, or was none at the time `until`."""
    row = connection.execute(select(grading).where(is_key(grading, key))).first()
    if row is None or (until is not None and row.at > until):
        return None
    return from_row(StoredResult, row)


def disagreements(connection: Connection, keys: Iterable[ResultKey]) -> Iterator[ResultConflict]:
    """Yield the disagreements about `keys`."""
    wanted = set(keys)
    for row in connection.execute(select(disagreement).order_by(disagreement.c.id)).all():
        key = from_row(ResultKey, row)
        first = find_result(connection, key) if key in wanted else None
        if first is not None:
            yield ResultConflict(key, first, from_row(StoredResult, row))


@dataclass(frozen=True)
class RunEntry:
    """The work of a student at one exercise, as a run graded it; see `ResultKey`."""

    student: str
    attempt: str
    exercise: str
    submission: str
    revision: str
    generation: int = 0


@dataclass(frozen=True)
class RunKey:
    """What all results of a run share; `revision` is that of the whole course."""

    assignment: str
    revision: str
    seed: int
    environment: str

    def key(self, entry: RunEntry) -> ResultKey:
        """Return the key of the result of an entry."""
        setting = entry.revision, self.seed, self.environment
        return ResultKey(entry.submission, entry.exercise, *setting, entry.generation)


@dataclass(frozen=True)
class Run(RunKey):
    """A run.

    Attributes:
        work: digest of its entries: the same work again continues an unfinished run.
        ended: None for one that is not finished.
    """

    id: int
    sandbox: str
    work: str
    doctor: str
    started: float
    ended: float | None


def secret_seed(connection: Connection) -> int:
    """Return the seed of the store, which students do not know; the first call draws it."""
    values = {"name": "seed", "value": str(secrets.randbelow(1 << 62))}
    insert_once(connection, meta, values, ["name"])
    return int(_meta(connection, "seed"))


def note_course(connection: Connection, revision: str, words: str) -> None:
    """Write the readable version of the course with that `revision`; the first call counts."""
    values = {"name": f"course {revision[:32]}", "value": words}
    insert_once(connection, meta, values, ["name"])


def course_words(connection: Connection, revision: str) -> str:
    """Return the readable version of the course with that `revision`; empty if unknown."""
    return _meta(connection, f"course {revision[:32]}")


def _meta(connection: Connection, name: str) -> str:
    chosen = select(meta.c.value).where(meta.c.name == name)
    return connection.execute(chosen).scalar() or ""


def start_run(
    connection: Connection, run_key: RunKey, sandbox: str, work: str, entries: Sequence[RunEntry]
) -> Run:
    """Write a new run with its entries."""
    values = {**asdict(run_key), "sandbox": sandbox, "work": work, "doctor": ""}
    written = insert(run).values(**values, started=time.time()).returning(run.c.id)
    number = connection.execute(written).scalar_one()
    if entries:
        rows = [{"run": number, **asdict(work_entry)} for work_entry in entries]
        connection.execute(insert(entry), rows)
    return find_run(connection, number)


def find_run(connection: Connection, id: int, assignment: str = "") -> Run:
    """Return the run `id`, which has to be there, and of `assignment` if it is given."""
    row = connection.execute(select(run).where(run.c.id == id)).first()
    if row is None or assignment not in ("", row.assignment):
        raise BadInputError(f"no run {id} of this collection: `gradus class runs` shows all")
    return from_row(Run, row)


def all_runs(connection: Connection, assignment: str | None = None) -> list[Run]:
    """Return all runs, of one assignment if it is given, in their order."""
    chosen = select(run).order_by(run.c.id)
    if assignment is not None:
        chosen = chosen.where(run.c.assignment == assignment)
    return [from_row(Run, row) for row in connection.execute(chosen)]


def unfinished_run(connection: Connection, run_key: RunKey, work: str) -> Run | None:
    """Return the newest run if it has the same setting and work, and is not finished."""
    wanted = {**asdict(run_key), "work": work, "ended": None}
    for newest in all_runs(connection, run_key.assignment)[-1:]:
        if wanted.items() <= asdict(newest).items():
            return newest
    return None


def entries_of(connection: Connection, id: int) -> list[RunEntry]:
    """Return the entries of a run."""
    rows = connection.execute(select(entry).where(entry.c.run == id))
    return [from_row(RunEntry, row) for row in rows]


def note_doctor(connection: Connection, id: int, doctor: str) -> None:
    """Write the findings of the doctor before the run."""
    connection.execute(update(run).where(run.c.id == id).values(doctor=doctor))


def end_run(connection: Connection, id: int) -> None:
    """Note that a run is finished."""
    connection.execute(update(run).where(run.c.id == id).values(ended=time.time()))


def last_generation(connection: Connection, exercise: str, submission: str) -> int:
    """Return the highest generation of the work; 0 if it was never graded again."""
    highest = select(func.max(entry.c.generation)).where(
        entry.c.exercise == exercise, entry.c.submission == submission
    )
    return connection.execute(highest).scalar() or 0


#: The verdict where a fault of the grader stayed.
NOT_GRADED = "not graded"


@dataclass(frozen=True)
class EntryResult:
    """The result of one student at one exercise; without one, the fault of ours, if it stayed."""

    entry: RunEntry
    key: ResultKey
    result: StoredResult | None
    fault: str

    @property
    def verdict(self) -> str:
        """The verdict, or that it was not graded."""
        return self.result.verdict if self.result is not None else NOT_GRADED

    @property
    def numbers(self) -> tuple[str, str]:
        """Points earned and possible, for a table; blank if they are not known."""
        if self.result is None:
            return "", ""
        return f"{self.result.earned:g}", f"{self.result.possible:g}"


def results_of(connection: Connection, run: Run) -> list[EntryResult]:
    """Return the result of each entry of a run.

    A finished run stays as it was: what was graded since then is no part of it.
    """
    work: dict[ResultKey, tuple[StoredResult | None, str]] = {}
    listed = []
    for work_entry in entries_of(connection, run.id):
        key = run.key(work_entry)
        if key not in work:
            result = find_result(connection, key, run.ended)
            work[key] = result, "" if result is not None else fault_of(connection, key)
        listed.append(EntryResult(work_entry, key, *work[key]))
    return listed


def fault_of(connection: Connection, key: ResultKey) -> str:
    """Return the fault for which `key` was given up; empty for a job that is tried again."""
    given_up = select(job.c.fault).where(is_key(job, key), job.c.state == FAULT)
    return connection.execute(given_up).scalar() or ""


def points_of(connection: Connection, run: Run) -> dict[tuple[str, str], EntryResult]:
    """Return (student, exercise) -> points; of several attempts, those of the best."""
    by_attempt: dict[tuple[str, str], list[EntryResult]] = defaultdict(list)
    for graded in results_of(connection, run):
        by_attempt[graded.entry.student, graded.entry.attempt].append(graded)
    best: dict[str, tuple[float, list[EntryResult]]] = {}
    for (student, _), parts in by_attempt.items():
        earned = sum(part.result.earned for part in parts if part.result is not None)
        if student not in best or earned > best[student][0]:
            best[student] = earned, parts
    return {(s, part.entry.exercise): part for s, (_, parts) in best.items() for part in parts}


#: Checks that a reason lists.
MAX_CHECKS = 3


def compare(connection: Connection, first: Run, second: Run) -> Iterator[tuple[str, str]]:
    """Yield each student and exercise with other points in the second run, and why, in words."""
    before, after = points_of(connection, first), points_of(connection, second)
    for student, exercise in sorted(before.keys() | after.keys()):
        old, new = before.get((student, exercise)), after.get((student, exercise))
        if _shown(old) != _shown(new):
            if old is None or new is None:
                reasons = ["is only in one of the runs"]
            else:
                reasons = [*_reasons(first, second, old, new), *_moved_checks(old, new)]
            yield student, f"{exercise} · {_shown(old)} -> {_shown(new)}: {'; '.join(reasons)}"


def _shown(points: EntryResult | None) -> str:
    if points is None:
        return "nothing"
    return " of ".join(points.numbers) if points.result is not None else NOT_GRADED


def _reasons(first: Run, second: Run, old: EntryResult, new: EntryResult) -> Iterator[str]:
    if old.entry.submission != new.entry.submission:
        yield "other work"
    if old.key.revision != new.key.revision:
        yield "other checks, solutions or plugins of the course"
    if first.seed != second.seed:
        yield "other seed"
    if first.environment != second.environment:
        yield f"{second.environment} instead of {first.environment}"
    if old.key == new.key:
        yield "graded since then"
    elif old.key.generation != new.key.generation:
        yield "graded again"


def _moved_checks(old: EntryResult, new: EntryResult) -> Iterator[str]:
    """Yield the checks with another verdict."""
    before, after = _verdicts(old), _verdicts(new)
    moved = [
        f"{name}: {before[name]} -> {after[name]}"
        for name in before.keys() & after.keys()
        if before[name] != after[name]
    ]
    yield from sorted(moved)[:MAX_CHECKS]
    if len(moved) > MAX_CHECKS:
        yield f"{len(moved) - MAX_CHECKS} more checks"


def _verdicts(points: EntryResult) -> dict[str, str]:
    if points.result is None:
        return {}
    checks = points.result.exercise.checks
    return {check.id.partition("::")[2] or check.task: check.verdict for check in checks}
