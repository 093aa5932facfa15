"""``gradus list``: all exercises of the course."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator

from autograder.commands.next_exercise import introduction
from autograder.course.reading import Course, Exercise, find_course
from autograder.results.progress import next_exercise, passes_now, read_progress, state_word
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
    need. Points and state are those of your last `grade`: *unfinished* lacks a task, *edited* has
    changed since, and counts again once it is graded. *written* was never graded.
    """
    chosen_course = find_course(course)
    exercises = chosen_course.select(names or ())
    coming = next_exercise(chosen_course, exercises)
    for line in _lines(chosen_course, exercises, coming):
        say(line)
    if coming is not None:
        say("")
        for line in introduction(chosen_course, coming):
            say(line)


def _lines(course: Course, exercises: list[Exercise], coming: Exercise | None) -> Iterator[str]:
    """Yield the lines of the table, in the width of the terminal."""
    rows = [HEAD, *_rows(course, exercises, coming)]
    names, _, *columns = zip(*rows, strict=True)
    widths = [max(map(len, column)) for column in columns]
    name_width = min(max(map(len, names)), NAMES)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else PIPED_WIDTH
    others = sum(widths) + len(GAP) * len(widths)
    longest = max(len(name.ljust(name_width) + GAP + title) for name, title, *_ in rows[1:])
    room = min(width - others, longest)
    for number, row in enumerate(rows):
        yield from _row_lines(row, name_width, room, widths)
        if number == 0 or number == len(rows) - 2:
            yield RULE * (room + others)


def _row_lines(
    row: tuple[str, ...], name_width: int, room: int, widths: list[int]
) -> Iterator[str]:
    """Yield the lines of one row; a long title goes on in the next line."""
    name, title, minutes, points, state = row
    start = name.ljust(name_width) + GAP
    first, *others = textwrap.wrap(title, room, initial_indent=" " * len(start)) or [""]
    cells = (minutes.rjust(widths[0]), points.rjust(widths[1]), state)
    yield GAP.join([(start + first[len(start) :]).ljust(room), *cells]).rstrip()
    yield from (" " * (name_width + len(GAP)) + line for line in others)


def _rows(
    course: Course, exercises: list[Exercise], coming: Exercise | None
) -> Iterator[tuple[str, ...]]:
    known = read_progress(course)
    for unit in course.units:
        chosen = [exercise for exercise in exercises if exercise.unit == unit.name]
        if chosen:
            yield unit.name, unit.title, "", "", ""
        for exercise in chosen:
            state = state_word(exercise, course, known)
            graded, points = known.get(exercise.name), f"{exercise.available_points:g}"
            if graded is not None and graded.is_current(course):
                points = f"{graded.earned:g}/{points}"
            mark = NEXT if exercise == coming else " "
            name = f"{mark}{CORE if exercise.core else ' '}{exercise.name}"
            yield name, exercise.title, f"{exercise.minutes or ''}", points, state
    now = [known[row.name] for row in exercises if row.name in known]
    earned = sum(graded.earned for graded in now if graded.is_current(course))
    passed = sum(passes_now(exercise, course, known) for exercise in exercises)
    possible = sum(exercise.available_points for exercise in exercises)
    total = sum(exercise.minutes for exercise in exercises)
    hours = f"{round(total / 60)} h" if total else ""
    yield "  total", "", hours, f"{earned:g}/{possible:g}", f"{passed}/{len(exercises)} passed"
