"""Reads the results of a run from a store, and single reports."""

from __future__ import annotations

from collections.abc import Collection as Names
from collections.abc import Iterator

from sqlalchemy import Connection

from autograder.classes.collecting.collection import Collection
from autograder.classes.collecting.counting import Standing
from autograder.classes.outcomes.records import (
    CheckFacts,
    ClassResults,
    Outcome,
    State,
    TaskFacts,
    WorkFacts,
)
from autograder.classes.running.points import Points, points_of
from autograder.classes.store.results import Result, find_result
from autograder.classes.store.runs import Run
from autograder.classes.store.tables import Key
from autograder.record.findings.texts import WrittenAnswer
from autograder.record.results import CheckResult, Report, TaskResult
from autograder.reports.json_report import read_report


def read_results(connection: Connection, collection: Collection, run: Run) -> ClassResults:
    """Return what `run` found about every student; of several attempts, about the best.

    A student with an attempt and no result is *not graded*; one who is no longer in the
    collection is left out.
    """
    points = points_of(connection, run)
    work: dict[Key, WorkFacts | None] = {}
    for one in points.values():
        if one.key not in work:
            work[one.key] = None if one.result is None else facts_of(one.result)
    standings = _standings(collection)
    outcomes = {
        place: _outcome(one, work[one.key], standings)
        for place, one in points.items()
        if place[0] in collection.students
    }
    exercises = tuple(dict.fromkeys(name for _, name in points))
    absent = dict(_absent(collection, {student for student, _ in outcomes}))
    return ClassResults(run, collection.students, exercises, outcomes, absent)


def _absent(collection: Collection, graded: Names[str]) -> Iterator[tuple[str, State]]:
    """Yield each student with an attempt whom the run has not graded, and why."""
    for student, counting in collection.counting().items():
        if student not in graded and collection.attempts_of(student):
            yield student, State.LATER if counting else State.ALL_LATE


def report_of(connection: Connection, key: Key) -> Report | None:
    """Return the report of a result, with the details of hidden checks; None if there is none."""
    found = find_result(connection, key)
    return None if found is None else read_report(found.report)


def _standings(collection: Collection) -> dict[tuple[str, str], Standing]:
    return {
        (student, attempt.id): collection.policy.standing(student, attempt)
        for attempt in collection.attempts
        for student in attempt.students
    }


def _outcome(
    one: Points, work: WorkFacts | None, standings: dict[tuple[str, str], Standing]
) -> Outcome:
    entry = one.entry
    standing = standings.get((entry.student, entry.attempt))
    return Outcome(entry.student, entry.exercise, entry.attempt, standing, one.key, work)


def facts_of(result: Result) -> WorkFacts:
    """Return the facts in the report of `result`."""
    (exercise,) = read_report(result.report).exercises
    return WorkFacts(
        unit=exercise.unit,
        title=exercise.title,
        verdict=exercise.verdict,
        earned=result.earned,
        possible=result.possible,
        for_a_person=result.for_a_person,
        tasks=tuple(map(_task, exercise.tasks)),
        seconds=result.seconds,
        repeated=result.repeated,
    )


def _task(task: TaskResult) -> TaskFacts:
    checks = tuple(map(_check, task.checks))
    return TaskFacts(task.name, task.verdict, task.earned, task.possible, checks)


def _check(check: CheckResult) -> CheckFacts:
    diagnosis = check.diagnosis
    return CheckFacts(
        id=check.id,
        title=check.title,
        hidden=check.hidden,
        verdict=check.verdict,
        points=check.points,
        earned=check.earned,
        possible=check.possible,
        diagnosis=diagnosis.id if diagnosis is not None else "",
        sentence=diagnosis.sentence if diagnosis is not None else check.message,
        blocked_by=check.blocked_by,
        answer=next((one.digest for one in check.of(WrittenAnswer)), ""),
        seconds=check.seconds,
    )
