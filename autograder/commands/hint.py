"""``gradus hint EXERCISE``: shows one more hint each time."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated

import typer

from autograder.course.mathematics.formulas import with_plain_formulas
from autograder.course.reading import Exercise
from autograder.course.student_state import load_state, save_state
from autograder.course.working_directory import chosen_exercise, own_course
from autograder.reports.wording import counted
from framework.commands.options import CourseOption, OwnExercise
from framework.commands.output import console


def hint(
    exercise: OwnExercise = "",
    show_all: Annotated[bool, typer.Option("--all", help="Show every hint at once.")] = False,
    restart: Annotated[bool, typer.Option("--restart", help="Start with the first hint.")] = False,
    course: CourseOption = None,
) -> None:
    """Show the next hint; the last hints give almost the whole answer.

    Each call shows one more hint. Try for a while before you ask for the next one.
    """
    chosen_course = own_course(course)
    chosen = chosen_exercise(chosen_course, exercise, "gradus hint")
    seen = load_state(chosen_course, "hints")
    if show_all:
        _print(chosen, range(len(chosen.hints)))
        return
    given = 0 if restart else _count(seen.get(chosen.name), chosen)
    number = min(given, len(chosen.hints) - 1)
    _print(chosen, range(max(number, 0), number + 1))
    left = len(chosen.hints) - given - 1
    outlook = f"There are no more hints. `gradus hint {chosen.name} --all` shows them again"
    if not chosen.hints:
        outlook = f"'{chosen.name}' has no hints"
    elif left > 0:
        outlook = f"{counted(left, 'more hint')}: `gradus hint {chosen.name}`"
    elif left == 0:
        outlook = f"This was the last hint. `grade {chosen.name}` shows what is still wrong"
    console().print(outlook, markup=False)
    record = {"shown": min(given + 1, len(chosen.hints)), "of": _digest(chosen)}
    save_state(chosen_course, "hints", seen | {chosen.name: record})


def _digest(exercise: Exercise) -> str:
    """Return what tells these hints from those of another revision of the course."""
    return sha256("\n".join(exercise.hints).encode()).hexdigest()


def _count(record: object, exercise: Exercise) -> int:
    """Return the number of shown hints; 0 if the record is damaged, or of other hints."""
    if not isinstance(record, dict) or record.get("of") != _digest(exercise):
        return 0
    count = record.get("shown")
    return count if isinstance(count, int) and count > 0 else 0


def _print(exercise: Exercise, numbers: range) -> None:
    output = console()
    for number in numbers:
        output.print(f"Hint {number + 1} of {len(exercise.hints)}", style="bold")
        output.print(with_plain_formulas(exercise.hints[number]) + "\n", markup=False)
