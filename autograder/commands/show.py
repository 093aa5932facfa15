"""``gradus show EXERCISE``: what to do and why."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from autograder.course.exercise_texts import PRIMER, primer_of, replaced, without_marks
from autograder.course.generated_stubs import available_stub
from autograder.course.mathematics.formulas import plain_mathematics
from autograder.course.questions.sections import read_sections
from autograder.course.reading import find_course
from autograder.course.working_directory import chosen_exercise
from framework.commands.options import CourseOption, OwnExercise
from framework.commands.output import console, shown
from framework.errors import BadInputError
from framework.text_files import read_text

if TYPE_CHECKING:
    from autograder.course.reading import Exercise


#: Width of a text in a pipe, as a pager or a file shows it.
TEXT_WIDTH = 80


def show(
    exercise: OwnExercise = "",
    course: CourseOption = None,
) -> None:
    """Show the text of an exercise, with its equations and shapes.

    A figure is named with its file; a browser or an editor shows it.

    Written questions follow the text. The last line names the file to edit. If you are stuck, run
    `gradus hint EXERCISE`. `gradus show primer` shows what to read before the first exercise.
    """
    opened = find_course(course)
    if exercise == PRIMER and (primer := primer_of(opened)):
        first = opened.exercise_names[0]
        _print(read_text(primer), f"Next: `gradus notebook primer`, `gradus show {first}`.")
        return
    chosen = chosen_exercise(opened, exercise, "gradus show")
    if not chosen.readme.is_file():
        raise BadInputError(f"{chosen.readme} is missing: exercise '{chosen.name}' has no text")
    described = replaced(
        without_marks(read_text(chosen.readme)),
        chosen.readme.parent,
        lambda figure: f"*Figure: {figure.title}.* `{shown(figure.path)}`",
    )
    what = "answers" if chosen.questions else "code"
    where = f"Write your {what} in {shown(chosen.stub)}, then run `grade {chosen.name}`."
    _print(described + _questions(chosen), where)


def _print(text: str, last: str) -> None:
    """Print a text in Markdown, and a last line as it is."""
    from rich.markdown import Markdown

    output = console(TEXT_WIDTH)
    output.print(Markdown(plain_mathematics(text)))
    output.print(f"\n{last}", markup=False, soft_wrap=not sys.stdout.isatty())


def _questions(exercise: Exercise) -> str:
    """Return the written questions as Markdown, with what each is worth; else nothing."""
    if not exercise.questions:
        return ""
    sections = read_sections(available_stub(exercise) or "", exercise.task_names)
    parts = [
        f"## {question.id}: {sections[question.id].title} ({question.points} points)\n\n"
        f"{sections[question.id].text}"
        for question in exercise.questions
    ]
    return "\n\n".join(["", *parts])
