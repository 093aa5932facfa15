"""``gradus check``: everything that an author can get wrong, each with its fix."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.commands.options import CourseOption, ExercisesOrUnits, say
from autograder.commands.progress import announce, stopped_with
from autograder.course.reading import find_course
from framework.threads import pin_threads

if TYPE_CHECKING:
    from autograder.authoring.exercise_files import Checked, Problem


def check(
    exercises: ExercisesOrUnits = None,
    jobs: Annotated[
        int, typer.Option(min=0, help="Exercises in parallel; 0: one per processor.")
    ] = 0,
    advice: Annotated[
        bool, typer.Option(help="Also show what could be better, and fails nothing.")
    ] = True,
    sandbox: Annotated[str, typer.Option(help="Sandbox: auto, bubblewrap or process.")] = "auto",
    course: CourseOption = None,
) -> None:
    """Run everything that an author of an exercise can get wrong, each with its fix.

    Files and their formats, the stub, text, hints, promises, examples, points and thresholds; the
    solution passes and the stub gets 0; mistakes are caught, alternates and backends pass. The exit
    code is 1 if something is wrong. `gradus audit` proves more, and takes longer.
    """
    pin_threads()  # exercises are checked in parallel
    from autograder.authoring.checking import checked
    from autograder.grading.parallel import in_parallel
    from autograder.grading.setting import Setting
    from autograder.isolation.sandboxes import choose
    from framework.providers.plugins import Plugins

    found = find_course(course)
    names = found.select_names(exercises or ())
    setting = Setting(found, Plugins(course=found), choose(sandbox))
    announce(f"checking {len(names)} exercises: each is shown as it ends")
    sound: list[bool] = []
    with stopped_with(lambda: _so_far(sound, len(names))):
        results = in_parallel(partial(checked, setting), names, jobs)
        for name, steps in zip(names, results, strict=True):
            for line in described(name, steps, advice=advice):
                say(line)
            sound.append(all(step.is_sound for step in steps))
    if not all(sound):
        raise typer.Exit(1)


def _so_far(sound: list[bool], count: int) -> str:
    return f"{len(sound)} of {count} exercises are checked, {sound.count(False)} have problems"


def described(name: str, steps: list[Checked], *, advice: bool = True) -> Iterator[str]:
    """Yield the lines about one exercise: its steps, and each problem with its fix."""
    wrong = sum(not step.is_sound for step in steps)
    yield f"{name}: {f'{wrong} of {len(steps)} steps found something' if wrong else 'sound'}"
    for step in steps:
        shown = [one for one in step.problems if advice or not one.is_advice]
        if step.left_out:
            yield f"  - {step.step}: left out, {step.left_out}"
        elif wrong or shown:
            yield f"  {'✓' if step.is_sound else '✗'} {step.step}"
        for problem in shown:
            yield from _lines(problem)


def _lines(problem: Problem) -> Iterator[str]:
    text = problem.text.replace(f"{Path.cwd()}/", "").replace("\n", "\n      ")
    yield f"    {'advice: ' if problem.is_advice else ''}{text}"
    yield f"      {problem.fix}"
