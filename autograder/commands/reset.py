"""``gradus reset EXERCISE``: restores the stub after a backup."""

from __future__ import annotations

from autograder.course.stubs import stub_file, write_stub
from autograder.course.student_state import back_up
from autograder.course.working_directory import chosen_exercise, own_course
from framework.commands.options import CourseOption, OwnExercise
from framework.commands.output import say, shown


def reset(exercise: OwnExercise = "", course: CourseOption = None) -> None:
    """Restore the original stub, after a backup of your file.

    Backups are numbered and never overwritten. To get your work back, copy a backup.
    """
    chosen_course = own_course(course)
    chosen = chosen_exercise(chosen_course, exercise, "gradus reset")
    stub = stub_file(chosen)
    if not stub.drifted:
        say(f"{shown(stub.path)} is already the original stub: nothing to do.")
        return
    if stub.present is not None:
        say(f"Your file is saved as {shown(back_up(chosen_course, stub.path))}")
    write_stub(stub)
    more = f"`gradus show {chosen.name}` shows the text."
    say(f"{shown(stub.path)} is the original stub again. {more}")
