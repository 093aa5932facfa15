"""``gradus show EXERCISE``: what to do and why, or which check tests which sentence of it."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.course.figures import replaced
from autograder.course.promises import without_marks
from autograder.course.questions.sections import read_sections
from autograder.course.reading import find_course
from autograder.course.working_directory import chosen_exercise
from framework.commands.options import CourseOption, OwnExercise
from framework.commands.output import console, say, shown
from framework.errors import BadInputError
from framework.text_files import read_text

if TYPE_CHECKING:
    from autograder.course.reading import Exercise


def show(
    exercise: OwnExercise = "",
    pager: Annotated[bool, typer.Option("--pager", help="Show the text page by page.")] = False,
    promises: Annotated[
        bool, typer.Option("--promises", help="Which check tests which sentence of the text.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Show the text of an exercise, with its equations and shapes.

    A figure is named with its file; a browser or an editor shows it.

    Written questions follow the text. The last line names the file to edit. If you are stuck, run
    `gradus hint EXERCISE`.
    """
    chosen = chosen_exercise(find_course(course), exercise, "gradus show")
    if promises:
        _show_promises(chosen)
    else:
        _show_text(chosen, pager)


def _show_text(exercise: Exercise, pager: bool) -> None:
    from rich.markdown import Markdown

    if not exercise.readme.is_file():
        raise BadInputError(f"{exercise.readme} is missing: exercise '{exercise.name}' has no text")
    readme = without_marks(read_text(exercise.readme))
    described = replaced(
        readme,
        exercise.readme.parent,
        lambda figure: f"*Figure: {figure.title}.* `{shown(figure.path)}`",
    )
    text = Markdown(described + _questions(exercise))
    output = console()
    with output.pager(styles=True) if pager and sys.stdout.isatty() else nullcontext():
        output.print(text)
        file, name = shown(exercise.stub), exercise.name
        what = "answers" if exercise.questions else "code"
        where = f"Write your {what} in {file}, then run `grade {name}`."
        output.print(f"\n{where}", markup=False)


def _questions(exercise: Exercise) -> str:
    """Return the written questions as Markdown, with what each is worth; else nothing."""
    source = exercise.solution if exercise.solution.is_file() else exercise.stub
    if not exercise.questions or not source.is_file():
        return ""
    sections = read_sections(read_text(source), exercise.task_names)
    parts = [
        f"## {question.id}: {sections[question.id].title} ({question.points} points)\n\n"
        f"{sections[question.id].text}"
        for question in exercise.questions
    ]
    return "\n\n".join(["", *parts])


def _show_promises(exercise: Exercise) -> None:
    """Print each sentence, where it stands, and the checks that test it."""
    from autograder.course.promises import promise_table

    table = promise_table(exercise)
    for promise in table.promises:
        say(f"{promise.address}: {promise.text or 'in no text'}")
        for check in promise.checks:
            say(f"    {'hidden' if check.hidden else 'public'}  {check.name}: {check.title}")
        say("")
    hidden = [check.hidden for check in table.without_promise]
    say(f"Checks that name no promise: {hidden.count(False)} public, {hidden.count(True)} hidden.")
