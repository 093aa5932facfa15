"""``gradus list``: all exercises of the course."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping

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
from framework.commands.output import PIPED_WIDTH, say

#: The columns, and the space between them.
HEAD = ("  unit, exercise", "title", "min", "points", "state")
GAP, RULE = "  ", "─"
#: Width of the column of names; a longer name moves its title to the right.
NAMES = 22
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
    for line in _lines(chosen_course, exercises, coming):
        say(line)
    if coming is not None:
        say("")
        for line in introduction(chosen_course, coming):
            say(line)
    if not is_own:
        say("This is the installed course. `gradus list` shows your progress in your own folder.")


def _lines(course: Course, exercises: list[Exercise], coming: Exercise | None) -> Iterator[str]:
    """Yield the lines of the table, in the width of the terminal, and the total."""
    known = read_progress(course)
    rows = {each.name: _row(course, each, coming, known) for each in exercises}
    names, titles, *columns = zip(HEAD, *rows.values(), strict=True)
    widths = [max(map(len, column)) for column in columns]
    name_width = min(max(map(len, names)), NAMES)
    starts = [name.ljust(name_width) + GAP for name in names]
    longest = max(len(start + title) for start, title in zip(starts, titles, strict=True))
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else PIPED_WIDTH
    others = sum(widths) + len(GAP) * len(widths)
    room = min(width - others, longest)
    rule = RULE * (room + others)
    yield from _row_lines(HEAD, name_width, room, widths)
    yield rule
    for unit in course.units:
        inside = [rows[name] for name in unit.exercises if name in rows]
        if inside:
            yield unit.name.ljust(name_width) + GAP + unit.title
        for row in inside:
            yield from _row_lines(row, name_width, room, widths)
    yield rule
    yield _total(course, exercises, known)


def _row_lines(
    row: tuple[str, ...], name_width: int, room: int, widths: list[int]
) -> Iterator[str]:
    """Yield the lines of one row; a long title goes on in the next line, under its start."""
    name, title, minutes, points, state = row
    margin = " " * (name_width + len(GAP))
    start = name.ljust(name_width) + GAP
    first, *others = textwrap.wrap(
        title, room, initial_indent=" " * len(start), subsequent_indent=margin
    )
    cells = (minutes.rjust(widths[0]), points.rjust(widths[1]), state)
    yield GAP.join([(start + first[len(start) :]).ljust(room), *cells]).rstrip()
    yield from others


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
