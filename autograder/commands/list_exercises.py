"""``gradus list``: all exercises of the course."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator

from autograder.course.reading import Course, Exercise
from autograder.course.source import decode
from autograder.course.stubs import available_stub
from autograder.course.student_state import is_worked_in
from autograder.course.working_directory import own_course
from autograder.results.progress import read_progress, state_words
from autograder.submissions.task_progress import TaskProgress, progress_in
from framework.commands.options import CourseOption, ExercisesOrUnits
from framework.commands.output import say
from framework.errors import BadInputError
from framework.text_files import read_bytes

#: The columns, the space between them, and the narrowest title.
HEAD = ("unit, exercise", "title", "points", "state")
GAP, NARROW, RULE = 3, 12, "─"


def list_exercises(
    names: ExercisesOrUnits = None,
    course: CourseOption = None,
) -> None:
    """Show all exercises, their points and your progress.

    Passed and failed are the results of your last `grade` of each exercise. "Written" only means
    that no TODO is left.
    """
    chosen_course = own_course(course)
    for line in _lines(chosen_course, chosen_course.select(names or ())):
        say(line)
    if not is_worked_in(chosen_course):
        say("This is the installed course. `gradus list` shows your progress in your own folder.")


def _lines(course: Course, exercises: list[Exercise]) -> Iterator[str]:
    """Yield the lines of the table; only a terminal cuts titles, to its width."""
    rows = [HEAD, *_rows(course, exercises)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if sys.stdout.isatty():
        room = shutil.get_terminal_size().columns - sum(widths) - GAP * (len(widths) - 1)
        widths[1] = max(widths[1] + min(room, 0), NARROW)
    for number, (name, title, points, state) in enumerate(rows):
        if len(title) > widths[1]:
            title = title[: widths[1] - 3] + "..."
        cells = name.ljust(widths[0]), title.ljust(widths[1]), points.rjust(widths[2]), state
        yield (" " * GAP).join(cells).rstrip()
        if number == 0 or number == len(rows) - 2:
            yield RULE * (sum(widths) + GAP * (len(widths) - 1))


def _rows(course: Course, exercises: list[Exercise]) -> Iterator[tuple[str, ...]]:
    known, is_own = read_progress(course), is_worked_in(course)
    for unit in course.units:
        chosen = [exercise for exercise in exercises if exercise.unit == unit.name]
        if chosen:
            yield unit.name, unit.title, "", ""
        for exercise in chosen:
            graded, points = known.get(exercise.name), f"{exercise.available_points:g}"
            if not is_own:
                yield f"  {exercise.name}", exercise.title, points, ""
                continue
            state = state_words(exercise, course, known, written_state(exercise))
            points = points if graded is None else f"{graded.earned:g}/{points}"
            yield f"  {exercise.name}", exercise.title, points, state
    done = [known[row.name] for row in exercises if row.name in known]
    earned, passed = sum(row.earned for row in done), sum(row.is_passed for row in done)
    possible = sum(exercise.available_points for exercise in exercises)
    words = (f"{earned:g}/{possible:g}", f"{passed} of {len(exercises)} passed")
    yield "total", "", *(words if is_own else (f"{possible:g}", ""))


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
    written, begun = states.count(TaskProgress.WRITTEN), states.count(TaskProgress.STARTED)
    if written == len(states):
        return "all written"
    if not written and not begun:
        return "not started"
    return f"{written} of {len(states)} written" + (f", {begun} begun" if begun else "")
