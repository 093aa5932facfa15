"""``gradus calibrate``: thresholds from many trainings of the reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.course.reading import find_course
from framework.commands.options import CourseOption, ExerciseArgument, Jobs
from framework.commands.output import console, progress, say, shown, stopped_with
from framework.threads import pin_threads

if TYPE_CHECKING:
    from rich.table import Table

    from autograder.course.reading import Exercise
    from autograder.course.thresholds import Threshold


def calibrate(
    exercise: ExerciseArgument,
    seeds: Annotated[
        int, typer.Option(help="Number of trainings, each with its own seed; at least 20.")
    ] = 100,
    attempts: Annotated[
        int | None,
        typer.Option(
            help="Number of trainings that a check may take. More of them allow a stricter "
            "threshold where a few trainings end badly.",
            show_default="the fewest",
        ),
    ] = None,
    jobs: Jobs = 0,
    course: CourseOption = None,
) -> None:
    """Measure the metrics of the reference, and write the thresholds to exercise.toml.

    Every check with the fixture `metric_threshold` trains a model. It runs once for each seed on
    the NumPy reference. All these trainings pass the new threshold, with some slack. A check that
    misses the threshold trains again with another seed. The number of trainings is chosen so that a
    right solution fails at most 1 time in 10,000: 3 trainings for 100 seeds, more for fewer seeds.
    Only the tables `thresholds.NAME` of the file change.
    """
    pin_threads()  # processes run in parallel
    from autograder.grading.setting import GradeOptions, GradingSetting
    from autograder.sandbox.runners import choose
    from framework.providers.backends import REFERENCE
    from framework.providers.loaded_plugins import Plugins
    from plugins.authoring.calibration.calibrating import calibrated
    from plugins.authoring.calibration.exercise_toml import write_thresholds

    chosen_course = find_course(course)
    chosen = chosen_course.exercise(exercise)
    setting = GradingSetting(
        chosen_course,
        Plugins(course=chosen_course),
        choose("process"),
        GradeOptions(provider=REFERENCE),
    )
    with (
        stopped_with(lambda: f"no threshold is measured, and {shown(chosen.toml)} is as before"),
        progress(f"calibrating {exercise}") as report_progress,
    ):
        thresholds = calibrated(setting, chosen, seeds, jobs, report_progress, attempts)
    console().print(_table(chosen, thresholds))
    write_thresholds(chosen.toml, thresholds)
    say(f"written to {shown(chosen.toml)}")


def _table(exercise: Exercise, thresholds: Mapping[str, Threshold]) -> Table:
    from rich.table import Table

    heads = ["before", "threshold", "mean", "spread", "best", "trainings"]
    table = Table("metric", box=None, pad_edge=False, header_style="bold")
    for head in (*heads, "false failures"):
        table.add_column(head, justify="right")
    for name, new in thresholds.items():
        old = exercise.thresholds.get(name)
        values = (old.value if old else None, new.value, new.mean, new.spread, new.best)
        numbers = ("-" if value is None else f"{value:.5g}" for value in values)
        rate = f"1 in {1 / new.false_failure:,.0f}" if new.false_failure else "-"
        table.add_row(name, *numbers, str(new.attempts), rate)
    return table
