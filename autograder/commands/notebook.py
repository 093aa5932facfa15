"""``gradus notebook EXERCISE``: writes the exercise as a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.course.reading import find_course
from autograder.course.source import decode
from autograder.course.working_directory import chosen_exercise
from autograder.results.commands import quoted
from framework.commands.options import CourseOption, OwnExercise
from framework.commands.output import say, shown
from framework.errors import BadInputError, ConflictError
from framework.text_files import read_bytes


def notebook(
    exercise: OwnExercise = "",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="File to write. Default: ./EXERCISE.ipynb."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing FILE.")] = False,
    course: CourseOption = None,
) -> None:
    """Write an exercise as a notebook: its text, and a cell for each task.

    The notebook contains what you have already written in the exercise's file. To grade it, run
    `grade EXERCISE.ipynb`.
    """
    chosen = chosen_exercise(find_course(course), exercise, "gradus notebook")
    target = out or Path(f"{chosen.name}.ipynb")
    if target.exists() and not force:
        raise ConflictError(f"{target} exists: choose another with `--out`, or give `--force`")
    if not chosen.stub.is_file():
        raise BadInputError(f"{chosen.stub} is missing: `gradus reset {chosen.name}` writes it")
    from autograder.submissions.new_notebook import (
        new_notebook,  # the import of nbformat takes 0.1 s
    )

    text = new_notebook(chosen, decode(read_bytes(chosen.stub), str(chosen.stub)), target.name)
    try:
        target.write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise BadInputError(f"{target} cannot be written: {error.strerror}") from None
    say(f"Wrote {shown(target)}. Fill it in, save it, then `{quoted(['grade', shown(target)])}`.")
