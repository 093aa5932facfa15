"""The page of a student: final points, why they changed, comments, and the report."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from autograder.classes.outcomes.reading import report_of
from autograder.classes.outcomes.records import Outcome
from autograder.classes.settling.manual import Entry, by_part
from autograder.classes.settling.of_run import RunPoints
from autograder.classes.settling.settle import digests
from autograder.classes.store.database import Store
from autograder.grading.written.results import with_points
from autograder.record.results import ExerciseResult, Report, TaskResult
from autograder.reports.hiding import without_keys
from autograder.reports.html_report import report_templates
from autograder.verdicts import Verdict
from framework.plotting.svg import chart_css


def student_page(store: Store, settled: RunPoints, key: str, shown: str) -> str:
    """Return the page of a student as HTML that needs no other file; empty without any result.

    Args:
        key: of the student.
        shown: what the page calls the student; may be empty.
    """
    report = store.transaction(partial(_report, settled=settled, key=key))
    if report is None:
        return ""
    page = report_templates().get_template("feedback.html")
    return page.render(
        report=without_keys(report),
        points=settled.points[key],
        assignment=settled.results.run.assignment,
        student=shown,
        chart_css=chart_css(),
    )


def _report(connection: Connection, settled: RunPoints, key: str) -> Report | None:
    """Return one report on all exercises of a student; None if there is no result."""
    names = {one.name for one in settled.points[key].exercises}
    found = [
        (outcome, report)
        for name, outcome in settled.results.of(key).items()
        if name in names and (report := report_of(connection, outcome.key)) is not None
    ]
    if not found:
        return None
    exercises = (
        _with_manual_points(exercise, outcome, settled.entries.about(key, outcome.exercise))
        for outcome, report in found
        for exercise in report.exercises
    )
    return replace(found[0][1], exercises=tuple(exercises), notes=())


def _with_manual_points(
    result: ExerciseResult, outcome: Outcome, entries: list[Entry]
) -> ExerciseResult:
    """Return `result` with the points and comments of an instructor at its answers in prose."""
    given = by_part(entries, digests(outcome))
    tasks = tuple(_task(task, given.get(task.name)) for task in result.tasks)
    return replace(result, tasks=tasks)


def _task(task: TaskResult, entry: Entry | None) -> TaskResult:
    if entry is None or entry.points is None:
        return task
    checks = (
        with_points(check, min(entry.points, check.points), entry.comment)
        if check.verdict is Verdict.FOR_A_PERSON
        else check
        for check in task.checks
    )
    return replace(task, checks=tuple(checks))
