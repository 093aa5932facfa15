"""`gradus new questions`: writes an exercise of written questions into a course, and lists it."""

from __future__ import annotations

from typing import Annotated

import typer

from framework.commands.options import CourseOption
from framework.commands.output import say, shown
from framework.course.catalogue import Catalogue
from plugins.authoring.new.exercise import chosen_root, write_exercise
from plugins.authoring.new.files import columns


def questions(
    place: Annotated[
        str, typer.Argument(metavar="UNIT/NAME", help="As in layers/review; the unit may be new.")
    ],
    course: CourseOption = None,
) -> None:
    """Write an exercise of four written questions: a number, a formula, a choice and prose.

    It has a text, a key with model answers, and wrong answers, and passes `gradus check`. Replace
    the questions by yours.
    """
    root = chosen_root(course)
    for path in write_exercise(Catalogue.read(root), place, "questions"):
        say(f"wrote {shown(path)}")
    name = place.partition("/")[2]
    steps = (
        (f"exercises/{place}/exercise.toml", "kind, points and hint of each question"),
        (f"solutions/{place}/questions.md", "the questions with their model answers"),
        (f"solutions/{place}/mistakes.toml", "wrong answers, each with a sentence"),
        ("gradus stubs", "writes the questions.md of students"),
        (f"gradus check {name}", "everything that can be wrong, with its fix"),
    )
    say("\nIt is complete. Replace it by yours step by step, in this order:")
    say(columns(steps))
