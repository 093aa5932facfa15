"""``gradus reset EXERCISE``: restores the stub after a backup, or the last backup."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.course.generated_stubs import stub_file, write_stub
from autograder.course.reading import Course, Exercise
from autograder.course.student_state import back_up, last_backup
from autograder.course.working_directory import chosen_exercise, own_course
from framework.commands.options import CourseOption, OwnExercise
from framework.commands.output import say, shown
from framework.errors import BadInputError
from framework.text_files import read_bytes


def reset(
    exercise: OwnExercise = "",
    undo: Annotated[
        bool, typer.Option("--undo", help="Put your last backup back instead.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Restore the original stub, after a backup of your file.

    Backups are numbered and never overwritten. `--undo` puts the last one back; to get an older
    one, copy it.
    """
    chosen_course = own_course(course)
    chosen = chosen_exercise(chosen_course, exercise, "gradus reset")
    if undo:
        _undo(chosen_course, chosen)
        return
    stub = stub_file(chosen)
    if not stub.drifted:
        say(f"{shown(stub.path)} is already the original stub: nothing to do.")
        return
    if stub.present is not None:
        say(f"Your file is saved as {shown(back_up(chosen_course, stub.path))}")
    write_stub(stub)
    more = f"`gradus reset {chosen.name} --undo` puts your file back."
    say(f"{shown(stub.path)} is the original stub again. {more}")


def _undo(course: Course, exercise: Exercise) -> None:
    """Put the last backup of an exercise back; what is in its place is saved first."""
    file = exercise.stub
    backup = last_backup(course, file)
    if backup is None:
        raise BadInputError(
            f"no backup of {shown(file)}: `gradus reset {exercise.name}` makes one before it "
            "restores the stub"
        )
    content = read_bytes(backup)
    if file.is_file() and read_bytes(file) == content:
        say(f"{shown(file)} is already your last backup, {shown(backup)}: nothing to do.")
        return
    if file.is_file() and stub_file(exercise).drifted:
        say(f"Your file is saved as {shown(back_up(course, file))}")
    file.write_bytes(content)
    say(f"{shown(file)} is your backup {shown(backup)} again.")
