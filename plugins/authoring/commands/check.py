"""``gradus check``: everything that an author can get wrong, each with its fix."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.course.reading import find_course
from framework.commands.options import CourseOption, ExercisesOrUnits, Jobs, PluginOption
from framework.commands.output import announce, say, stopped_with
from framework.threads import pin_threads

if TYPE_CHECKING:
    from plugins.authoring.checking.exercise_files import Checked


def check(
    exercises: ExercisesOrUnits = None,
    jobs: Jobs = 0,
    advice: Annotated[
        bool, typer.Option(help="Also show suggestions; they never change the exit code.")
    ] = True,
    sandbox: Annotated[str, typer.Option(help="Sandbox: auto, bubblewrap or process.")] = "auto",
    course: CourseOption = None,
    plugin: PluginOption = None,
) -> None:
    """Check everything an exercise author can get wrong, and say how to fix it.

    Files and their formats, the stub, text, mathematics, hints, promises, examples, points and
    thresholds; the solution passes and the stub gets 0; mistakes are caught, alternates and
    backends pass. The exit code is 1 if something is wrong. `gradus audit` proves more, and takes
    longer.

    With `--plugin`, check what that plugin offers: its parts load and compute, gradients are those
    of its losses, corpora are well formed, and parts of an exercise pass the checks of it.
    """
    chosen_course = find_course(course)
    names = chosen_course.select_names(exercises or ()) if exercises or not plugin else []
    pin_threads()  # exercises are checked in parallel
    from autograder.grading.parallel import in_parallel
    from autograder.grading.setting import GradingSetting
    from autograder.sandbox.runners import choose
    from framework.providers.loaded_plugins import Plugins
    from plugins.authoring.checking.checking import checked
    from plugins.authoring.checking.plugin_offers import checked_plugin

    plugins = Plugins(plugin or (), chosen_course)
    setting = GradingSetting(chosen_course, plugins, choose(sandbox))
    given = {source.label: source for source in plugins.sources if source.channel == "option"}
    if names:
        announce(f"checking {len(names)} exercises: each is shown as it ends")
    sound: list[bool] = []

    def so_far() -> str:
        what, count = ("plugins and exercises", len(given)) if given else ("exercises", 0)
        done = f"{len(sound)} of {count + len(names)} {what} are checked"
        return f"{done}, {sound.count(False)} have problems"

    with stopped_with(so_far):
        of_plugins = (checked_plugin(setting, source) for source in given.values())
        of_exercises = in_parallel(partial(checked, setting), names, jobs)
        results = zip((*given, *names), chain(of_plugins, of_exercises), strict=True)
        for name, steps in results:
            for line in described(name, steps, advice=advice):
                say(line)
            sound.append(all(step.is_sound for step in steps))
    if not all(sound):
        raise typer.Exit(1)


def described(name: str, steps: list[Checked], *, advice: bool = True) -> Iterator[str]:
    """Yield the lines about one exercise: its steps, and each problem with its fix."""
    wrong = sum(not step.is_sound for step in steps)
    yield f"{name}: {f'{wrong} of {len(steps)} steps found something' if wrong else 'sound'}"
    for step in steps:
        problems = [problem for problem in step.problems if advice or not problem.is_advice]
        if step.left_out:
            yield f"  - {step.step}: left out, {step.left_out}"
        elif wrong or problems:
            yield f"  {'✓' if step.is_sound else '✗'} {step.step}"
        for problem in problems:
            text = problem.text.replace(f"{Path.cwd()}/", "").replace("\n", "\n      ")
            yield f"    {'advice: ' if problem.is_advice else ''}{text}"
            yield f"      {problem.fix}"
