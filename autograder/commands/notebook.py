"""``gradus notebook EXERCISE``: writes the exercise as a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.course.exercise_texts import PRIMER, primer_of
from autograder.course.reading import Exercise, find_course
from autograder.course.source import decode
from autograder.course.working_directory import chosen_exercise
from autograder.results.commands import quoted
from autograder.results.progress import written_state
from autograder.verdicts import Verdict
from framework.commands.options import CourseOption, OwnExercise
from framework.commands.output import say, shown
from framework.errors import BadInputError, ConflictError
from framework.text_files import read_bytes, read_text


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
    `grade EXERCISE.ipynb`. `gradus notebook primer` writes what to read before the first exercise.
    """
    opened = find_course(course)
    primer = primer_of(opened) if exercise == PRIMER else None
    name = PRIMER if primer else chosen_exercise(opened, exercise, "gradus notebook").name
    target = out or Path(f"{name}.ipynb")
    if target.exists() and not force:
        raise ConflictError(f"{target} exists: choose another with `--out`, or give `--force`")
    if primer:
        from autograder.submissions.new_notebook import text_notebook

        text = text_notebook(read_text(primer), name)
        then = "Open it in Jupyter, and run its cells."
    else:
        chosen = opened.exercise(name)
        text = _of_exercise(chosen, target)
        is_begun = written_state(chosen) != Verdict.NOT_STARTED.value
        begin = f"It has the code of {shown(chosen.stub)}. Change it" if is_begun else "Fill it in"
        then = f"{begin}, save it, then `{quoted(['grade', shown(target)])}`."
    try:
        target.write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise BadInputError(f"{target} cannot be written: {error.strerror}") from None
    say(f"Wrote {shown(target)}. {then}")


def _of_exercise(exercise: Exercise, target: Path) -> str:
    if not exercise.stub.is_file():
        raise BadInputError(f"{exercise.stub} is missing: `gradus reset {exercise.name}` writes it")
    from autograder.submissions.new_notebook import new_notebook  # nbformat takes 0.1 s to import

    return new_notebook(
        exercise, decode(read_bytes(exercise.stub), str(exercise.stub)), target.name
    )
