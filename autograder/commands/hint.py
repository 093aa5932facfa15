"""``gradus hint EXERCISE``: shows one more hint each time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

import typer

from autograder.course.mathematics.formulas import with_plain_formulas
from autograder.course.reading import Exercise
from autograder.course.student_state import load_state, save_state
from autograder.course.working_directory import chosen_exercise, own_course
from autograder.reports.wording import counted
from autograder.results.progress import read_progress
from framework.commands.options import CourseOption, OwnExercise
from framework.commands.output import console
from framework.errors import UnknownNameError


def hint(
    exercise: OwnExercise = "",
    task: Annotated[
        str,
        typer.Argument(
            metavar="TASK",
            help="A task of it: only hints for this task. Default: all tasks that do not pass.",
            show_default=False,
        ),
    ] = "",
    show_all: Annotated[bool, typer.Option("--all", help="Show every hint at once.")] = False,
    course: CourseOption = None,
) -> None:
    """Show the next hint; the last hints give almost the whole answer.

    Each call shows one more hint. Hints for tasks that passed in your last `grade` are left out.
    Try for a while before you ask for the next one.
    """
    chosen_course = own_course(course)
    chosen = chosen_exercise(chosen_course, exercise, "gradus hint")
    if task and task not in chosen.task_names:
        raise UnknownNameError(f"task of {chosen.name}", task, chosen.task_names)
    about = _about(chosen, task)
    if show_all:
        _print(chosen, about, about)
        return
    graded = read_progress(chosen_course).get(chosen.name)
    if graded is not None and graded.is_passed and not task:
        console().print(f"All tasks pass. `gradus hint {chosen.name} --all` shows the hints")
        return
    passed = set(graded.passed_tasks) if graded is not None and not graded.is_passed else set()
    wanted = [number for number in about if task or task_of_hint(chosen, number) not in passed]
    known = load_state(chosen_course, "hints")
    seen = known.get(chosen.name)
    seen = seen if isinstance(seen, list) else []  # the texts: another revision has others
    left = [number for number in wanted if chosen.hints[number] not in seen]
    _print(chosen, left[:1] or wanted[-1:], wanted)
    console().print(_outlook(chosen, task, wanted, left), markup=False)
    if skipped := sorted(passed & {task_of_hint(chosen, number) for number in about} - {task}):
        console().print(f"Hints for passed tasks are left out: {', '.join(skipped)}.", markup=False)
    seen += [chosen.hints[number] for number in left[:1]]
    save_state(chosen_course, "hints", known | {chosen.name: seen})


def _outlook(exercise: Exercise, task: str, wanted: Sequence[int], left: Sequence[int]) -> str:
    """Return what follows the hint that was shown."""
    command = " ".join(filter(None, ("gradus hint", exercise.name, task)))
    if not wanted:
        return f"'{exercise.name}' has no hints" if not exercise.hints else "No hint is left."
    if not left:
        return f"There are no more hints. `{command} --all` shows them again"
    if len(left) == 1:
        return f"This was the last hint. `grade {exercise.name}` shows what is still wrong"
    return f"{counted(len(left) - 1, 'more hint')}: `{command}`"


def _about(exercise: Exercise, task: str) -> list[int]:
    """Return the numbers of the hints for `task`, else of those that name no task; or of all."""
    numbers = range(len(exercise.hints))
    if not task:
        return list(numbers)
    own = [number for number in numbers if task_of_hint(exercise, number) == task]
    return own or [number for number in numbers if not task_of_hint(exercise, number)]


def task_of_hint(exercise: Exercise, number: int) -> str:
    """Return the task that a hint begins with, as in ``RNN.forward: ...``; empty if none."""
    match = re.match(r"(\w+)(\.\w+)*\b[^:.]*:", exercise.hints[number])
    return match[1] if match and match[1] in exercise.task_names else ""


def _print(exercise: Exercise, numbers: Sequence[int], among: Sequence[int]) -> None:
    """Print the hints with these numbers, each with its place `among` those that are offered."""
    output = console()
    for number in numbers:
        output.print(f"Hint {among.index(number) + 1} of {len(among)}", style="bold")
        output.print(with_plain_formulas(exercise.hints[number]) + "\n", markup=False)
