"""``gradus hint EXERCISE``: one hint more each time."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.commands.options import CourseOption, ExerciseArgument, console
from autograder.course.reading import Exercise, find_course
from autograder.course.student_state import load_state, save_state


def hint(
    exercise: ExerciseArgument,
    show_all: Annotated[bool, typer.Option("--all", help="Show every hint at once.")] = False,
    restart: Annotated[bool, typer.Option("--restart", help="Begin with the first again.")] = False,
    course: CourseOption = None,
) -> None:
    """Give one hint more each time, from a nudge to nearly the answer.

    Try for a while before you ask again: the last hints leave little to find out.
    """
    found = find_course(course)
    chosen = found.exercise(exercise)
    seen = load_state(found, "hints")
    if show_all:
        _print(chosen, range(len(chosen.hints)))
        return
    given = 0 if restart else _count(seen.get(exercise))
    number = min(given, len(chosen.hints) - 1)
    _print(chosen, range(max(number, 0), number + 1))
    console().print(_outlook(chosen, given), markup=False)
    save_state(found, "hints", seen | {exercise: min(given + 1, len(chosen.hints))})


def _count(value: object) -> int:
    """The number of hints given; a damaged record counts as none."""
    return value if isinstance(value, int) and value > 0 else 0


def _print(exercise: Exercise, numbers: range) -> None:
    output = console()
    for number in numbers:
        output.print(f"Hint {number + 1} of {len(exercise.hints)}", style="bold")
        output.print(exercise.hints[number] + "\n", markup=False)


def _outlook(exercise: Exercise, given: int) -> str:
    left = len(exercise.hints) - given - 1
    if left > 0:
        return f"{left} more: `gradus hint {exercise.name}`"
    if left == 0:
        return f"That was the last. `grade {exercise.name}` says what is still wrong"
    if not exercise.hints:
        return f"'{exercise.name}' has no hints"
    return f"There are no more. `gradus hint {exercise.name} --all` shows them again"
