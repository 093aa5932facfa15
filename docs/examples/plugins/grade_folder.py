"""A plugin with a command: it grades a folder of submissions and writes their points as CSV.

    gradus --plugin grade_folder.py grade-folder submissions points.csv rnn lstm

It uses `autograder.public` alone, the part of the grader that is there for plugins.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from autograder.public.courses import Course, Exercise, find_course
from autograder.public.grading import (
    GradeOptions,
    GradeRequest,
    GradingSetting,
    Memory,
    answer,
    open_setting,
)
from autograder.public.reports import Report
from autograder.public.submissions import load_submission
from framework.hookspecs import hookimpl
from framework.providers.loaded_plugins import Plugins


def grade_folder(
    folder: Annotated[Path, typer.Argument(help="A folder with one submission per entry.")],
    out: Annotated[Path, typer.Argument(help="The CSV file to write.")],
    exercises: Annotated[list[str] | None, typer.Argument(help="Default: all.")] = None,
) -> None:
    """Grade every submission in FOLDER, and write a row of points for each to OUT."""
    course = find_course()
    setting = open_setting(GradeOptions(), course, Plugins(course=course))
    chosen = course.select(exercises or ())
    with out.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["submission", *(exercise.name for exercise in chosen), "total"])
        for name, report in graded(setting, course, sorted(folder.iterdir()), chosen):
            points = (result.earned for result in report.exercises)
            table.writerow([name, *points, report.earned])


def graded(
    setting: GradingSetting, course: Course, paths: Sequence[Path], exercises: Sequence[Exercise]
) -> Iterator[tuple[str, Report]]:
    """Yield the name and the report of each submission; what it shares is collected once."""
    memory = Memory()
    names = [exercise.name for exercise in course.with_required(exercises)]
    for path in paths:
        with load_submission(path, course, names) as submission:
            request = GradeRequest(setting, submission, tuple(exercises), memory=memory)
            yield path.name, answer(request)


@hookimpl
def add_commands(app: typer.Typer) -> None:
    """Add ``gradus grade-folder``."""
    app.command("grade-folder")(grade_folder)
