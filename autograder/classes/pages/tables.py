"""The results of a run as tables for other programs: CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

from autograder.classes.pages.view import RunView
from autograder.reports.plain import for_spreadsheet

COLUMNS = ("student", "exercise", "task", "verdict", "earned", "possible", "diagnosis")


def points_csv(view: RunView) -> str:
    """Return a row for each student and task; what was not graded has no points."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([for_spreadsheet(str(cell)) for cell in row] for row in rows(view))
    return text.getvalue()


def points_json(view: RunView) -> str:
    """Return the rows of the table as JSON: a list of objects, numbers as numbers."""
    listed = [dict(zip(COLUMNS, row, strict=True)) for row in rows(view)]
    return json.dumps(listed, indent=1) + "\n"


def rows(view: RunView) -> Iterator[tuple[object, ...]]:
    """Yield the rows: one for each task, or for an exercise that was not graded."""
    for student, outcomes in view.with_work():
        name = view.shown(student)
        for exercise, outcome in outcomes.items():
            if outcome.work is None:
                yield name, exercise, "", outcome.state.value, "", "", ""
                continue
            for task in outcome.work.tasks:
                found = dict.fromkeys(one.diagnosis for one in task.checks if one.diagnosis)
                verdict, why = task.verdict.value, " ".join(found)
                yield name, exercise, task.name, verdict, task.earned, task.possible, why
