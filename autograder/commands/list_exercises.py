"""``gradus list``: all exercises of the course."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from autograder.commands.next_exercise import introduction
from autograder.course.reading import Course, Exercise
from autograder.course.student_state import is_worked_in
from autograder.course.working_directory import own_course
from autograder.reports.wording import counted
from autograder.results.progress import (
    Graded,
    next_exercise,
    passes_now,
    read_progress,
    state_word,
)
from framework.commands.options import CourseOption, ExercisesOrUnits
from framework.commands.output import console, say

if TYPE_CHECKING:
    from rich.table import Table

#: The columns, those of numbers, and the line under them.
HEAD = ("  unit, exercise", "title", "min", "points", "state")
TO_THE_RIGHT, RULE = ("min", "points"), "─"
#: The marks of the next exercise and of the core.
NEXT, CORE = "→", "*"


def list_exercises(
    names: ExercisesOrUnits = None,
    course: CourseOption = None,
) -> None:
    """Show all exercises with minutes, points and your progress, and which comes next.

    Exercises with * are the core of the course. The minutes are what a student is expected to
    need. Points and state are those of your last `grade`. *unfinished*: a task is to be written.
    *edited*: the file has changed since, and counts again once it is graded. *written*: never
    graded.
    """
    chosen_course = own_course(course)
    exercises, is_own = chosen_course.select(names or ()), is_worked_in(chosen_course)
    coming = next_exercise(chosen_course, exercises) if is_own else None
    known, output = read_progress(chosen_course), console()
    table = _table(chosen_course, exercises, coming, known)
    output.print(table)
    output.print(RULE * output.measure(table).maximum)
    say(_total(chosen_course, exercises, known))
    if coming is not None:
        say("")
        for line in introduction(chosen_course, coming):
            say(line)
    if not is_own:
        say("This is the installed course. `gradus list` shows your progress in your own folder.")


def _table(
    course: Course, exercises: list[Exercise], coming: Exercise | None, known: Mapping[str, Graded]
) -> Table:
    from rich.box import SIMPLE
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=SIMPLE, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style=""
    )
    for name in HEAD:
        side: Literal["left", "right"] = "right" if name in TO_THE_RIGHT else "left"
        table.add_column(name, justify=side, no_wrap=name != "title")
    rows = {each.name: _row(course, each, coming, known) for each in exercises}
    for unit in course.units:
        inside = [rows[name] for name in unit.exercises if name in rows]
        for row in [(unit.name, unit.title), *inside] if inside else ():
            table.add_row(*map(Text, row))
    return table


def _row(
    course: Course, exercise: Exercise, coming: Exercise | None, known: Mapping[str, Graded]
) -> tuple[str, ...]:
    graded, points = known.get(exercise.name), f"{exercise.available_points:g}"
    if graded is not None and graded.is_current(course):
        points = f"{graded.earned:g}/{points}"
    mark = NEXT if exercise == coming else " "
    name = f"{mark}{CORE if exercise.core else ' '}{exercise.name}"
    minutes = f"{exercise.minutes or ''}"
    state = state_word(exercise, course, known) if is_worked_in(course) else ""
    return name, exercise.title, minutes, points, state


def _total(course: Course, exercises: list[Exercise], known: Mapping[str, Graded]) -> str:
    """Return what passes now, the points, and the hours of the `exercises` that do not pass."""
    now = [known[each.name] for each in exercises if each.name in known]
    earned = sum(graded.earned for graded in now if graded.is_current(course))
    possible = sum(exercise.available_points for exercise in exercises)
    coming = [each for each in exercises if not passes_now(each.name, course, known)]
    passed = len(exercises) - len(coming)
    minutes = sum(exercise.minutes for exercise in coming)
    left = " left" if passed else ""
    hours = f", about {counted(round(minutes / 60, 1), 'hour')}{left}" if minutes else ""
    if not is_worked_in(course):
        return f"total: {counted(possible, 'point')}{hours}"
    points = f"{earned:g} of {counted(possible, 'point')}"
    return f"total: {passed} of {len(exercises)} passed, {points}{hours}"
