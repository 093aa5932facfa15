"""``gradus list``: all exercises of the course."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.commands.options import CourseOption, console
from autograder.course.reading import Course, Exercise, find_course
from autograder.course.source import decode
from autograder.course.stubs import available_stub
from autograder.submissions.progress import Progress, progress_in
from framework.errors import BadInputError
from framework.text_files import read_bytes

if TYPE_CHECKING:
    from rich.table import Table


def list_exercises(
    names: Annotated[
        list[str] | None, typer.Argument(help="Exercises or units. Default: all.")
    ] = None,
    course: CourseOption = None,
) -> None:
    """Show all exercises, their points and your progress.

    "Written" only means that no TODO is left. `grade EXERCISE` checks whether it is right.
    """
    found = find_course(course)
    console().print(_table(found, found.select(names or ())))


def _table(course: Course, exercises: list[Exercise]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("unit, exercise")
    table.add_column("title")
    table.add_column("points", justify="right")
    table.add_column("tasks")
    for row in _rows(course, exercises):
        table.add_row(*row)
    return table


def _rows(course: Course, exercises: list[Exercise]) -> Iterator[tuple[str, ...]]:
    for unit in course.units:
        chosen = [exercise for exercise in exercises if exercise.unit == unit.name]
        if chosen:
            yield unit.name, unit.title
        for exercise in chosen:
            points, state = f"{exercise.available_points:g}", written_state(exercise)
            yield f"  {exercise.name}", exercise.title, points, state


def written_state(exercise: Exercise) -> str:
    """Return the progress of the student's file in words: ``2 of 6 written, 1 begun``."""
    if not exercise.stub.is_file():
        return "no file"
    try:
        source = decode(read_bytes(exercise.stub), exercise.stub.name)
    except BadInputError:
        return "unreadable"
    stub = available_stub(exercise)
    if source == stub:
        return "not started"
    states = list(progress_in(source, exercise, stub).values())
    written, begun = states.count(Progress.WRITTEN), states.count(Progress.STARTED)
    if written == len(states):
        return "all written"
    if not written and not begun:
        return "not started"
    return f"{written} of {len(states)} written" + (f", {begun} begun" if begun else "")
