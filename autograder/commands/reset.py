"""``gradus reset EXERCISE``: a fresh start that loses nothing."""

from __future__ import annotations

from autograder.commands.options import CourseOption, ExerciseArgument, say, shown
from autograder.course.reading import find_course
from autograder.course.stub_files import stub_file, write_stub
from autograder.course.student_state import back_up


def reset(exercise: ExerciseArgument, course: CourseOption = None) -> None:
    """Put the untouched stub back, after a backup of what you wrote.

    Backups are numbered and never overwritten; copy one back to have your work again.
    """
    found = find_course(course)
    stub = stub_file(found.exercise(exercise))
    if not stub.drifted:
        say(f"{shown(stub.path)} is the untouched stub already: nothing to do.")
        return
    if stub.present is not None:
        say(f"Your file is kept as {shown(back_up(found, stub.path))}")
    write_stub(stub)
    say(f"{shown(stub.path)} is the stub again. `gradus show {exercise}` says what to do.")
