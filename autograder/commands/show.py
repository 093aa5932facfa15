"""``gradus show EXERCISE``: what to do and why."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import Annotated

import typer

from autograder.commands.options import CourseOption, ExerciseArgument, console, shown
from autograder.course.figures import Figure, replaced
from autograder.course.reading import find_course
from framework.errors import BadInputError
from framework.text_files import read_text


def show(
    exercise: ExerciseArgument,
    pager: Annotated[bool, typer.Option("--pager", help="Page by page, on a terminal.")] = False,
    course: CourseOption = None,
) -> None:
    """Show the text of an exercise: what, why, the equations and the shapes.

    A figure is named with its file; a browser or an editor shows it.

    Its last line names the file to write in. `gradus hint EXERCISE` helps where you are stuck.
    """
    from rich.markdown import Markdown

    found = find_course(course).exercise(exercise)
    if not found.readme.is_file():
        raise BadInputError(f"{found.readme} is missing: exercise '{exercise}' has no text")
    readme = read_text(found.readme)
    text = Markdown(replaced(readme, found.readme.parent, _named))
    output = console()
    with output.pager(styles=True) if pager and sys.stdout.isatty() else nullcontext():
        output.print(text)
        output.print(f"\nWrite in {shown(found.stub)}, then `grade {found.name}`.", markup=False)


def _named(figure: Figure) -> str:
    """Return the line that stands for `figure` in a terminal."""
    return f"*Figure: {figure.title}.* `{shown(figure.path)}`"
