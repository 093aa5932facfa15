"""``gradus manual-points FILE SUBMISSION``: the rows in which an instructor enters points."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from autograder.course.questions.description import Prose
from autograder.course.questions.sections import read_sections
from autograder.course.reading import Course, find_course
from autograder.grading.manual_points import (
    COLUMNS,
    DIGEST_MARK,
    digest_of,
    read_manual_points,
)
from autograder.reports.plain import for_spreadsheet
from autograder.reports.wording import counted
from autograder.submissions.submission import Submission, load_submission
from framework.commands.options import CourseOption
from framework.commands.output import say, shown
from framework.errors import BadInputError


def manual_points(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV file; need not exist.")],
    submissions: Annotated[
        list[Path], typer.Argument(metavar="SUBMISSION", help="Folders or files to read.")
    ],
    course: CourseOption = None,
) -> None:
    """Write a row for each answer in prose, in which an instructor enters points.

    Rows that the file has already are kept as they are. A report shows the answers beside their
    rubrics: `grade --submission SUBMISSION --show-hidden --html report.html`. With the points
    entered, grade again with `--manual-points FILE`.
    """
    chosen_course = find_course(course)
    known = read_manual_points(file if file.exists() else None, chosen_course)
    listed = {
        (row.submission, row.exercise, row.question, f"{DIGEST_MARK}{row.digest}")
        for row in known.entries
    }
    new: dict[tuple[str, ...], dict[str, str]] = {}
    for path in submissions:
        with load_submission(path, chosen_course) as submission:
            for row in _rows(submission, chosen_course):
                about = (row["submission"], row["exercise"], row["question"], row["answer"])
                if about not in listed:
                    new[about] = row
    rows = [*known.rows, *new.values()]
    aside = file.with_name(f"{file.name}.part")
    try:  # replaced at once, never in part
        aside.write_text(as_csv(rows), "utf-8", newline="")
        aside.replace(file)
    except OSError as error:
        raise BadInputError(f"{file} cannot be written: {error.strerror}") from None
    without = sum(not row["points"].strip() for row in rows)
    say(f"{shown(file)}: {counted(len(new), 'new row')}, {without} of {len(rows)} wait for points.")


def _rows(submission: Submission, course: Course) -> Iterator[dict[str, str]]:
    """Yield a row for each answer in prose of `submission`."""
    for name, file in submission.files.items():
        exercise = course.exercise(name)
        sections = read_sections(file.source, exercise.task_names) if exercise.questions else {}
        for question in exercise.questions:
            section = sections[question.id]
            if isinstance(question, Prose) and section.answer and not section.problem:
                yield {
                    "submission": for_spreadsheet(submission.label),
                    "exercise": name,
                    "question": question.id,
                    "answer": f"{DIGEST_MARK}{digest_of(name, question.id, section.answer)}",
                    "possible": str(question.points),
                    "points": "",
                    "comment": "",
                }


def as_csv(rows: Sequence[dict[str, str]]) -> str:
    """Return `rows` as CSV, with the columns that some of them have in addition."""
    names = dict.fromkeys([*COLUMNS, *(name for row in rows for name in row)])
    out = io.StringIO()
    writer = csv.DictWriter(out, list(names), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
