"""Calibration of one exercise: train the reference for each seed, then compute the thresholds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial

import pytest

from autograder.checks.host_limits import UNLIMITED
from autograder.checks.metric_threshold import Measurement
from autograder.course.reading import Exercise
from autograder.course.thresholds import Threshold
from autograder.grading.checks_run import Checks
from autograder.grading.grader import Grader
from autograder.grading.parallel import in_parallel
from autograder.grading.pytest_plugin import fixtures_of
from autograder.grading.setting import GradingSetting
from autograder.verdicts import Verdict
from framework.errors import BadInputError, GradusError
from plugins.authoring.calibration.tolerance import FEWEST, attempts_for, threshold_from


def calibrated(
    setting: GradingSetting,
    exercise: Exercise,
    seeds: int,
    jobs: int = 0,
    on_seed: Callable[[int, int], None] | None = None,
    attempts: int | None = None,
) -> dict[str, Threshold]:
    """Return the thresholds of `exercise` by metric, from `seeds` trainings."""
    if seeds < FEWEST:
        raise BadInputError(f"{seeds} seeds are too few to calibrate with: take at least {FEWEST}")
    if attempts is not None and attempts < (fewest := attempts_for(seeds)):
        raise BadInputError(f"{seeds} seeds need at least {fewest} attempts, not {attempts}")
    by_name: dict[str, list[Measurement]] = {}
    made = in_parallel(partial(_measure, setting, exercise), range(seeds), jobs)
    for done, measured in enumerate(made, start=1):
        _reject_none_or_doubles(exercise, measured)
        for measurement in measured:
            by_name.setdefault(measurement.name, []).append(measurement)
        if on_seed is not None:
            on_seed(done, seeds)
    return {
        name: threshold_from(
            [measurement.curve[-1] for measurement in measurements],
            measurements[0].direction,
            measurements[0].best,
            attempts,
        )
        for name, measurements in by_name.items()
    }


def _reject_none_or_doubles(exercise: Exercise, measured: Sequence[Measurement]) -> None:
    """Raise an error if no check measures a metric, or if two checks share a name."""
    names = [measurement.name for measurement in measured]
    if not names:
        raise BadInputError(
            f"{exercise.name} has nothing to calibrate: none of its checks uses the fixture "
            "`metric_threshold`, which measures the metric of a trained model"
        )
    for name in names:
        if names.count(name) > 1:
            raise BadInputError(
                f"{exercise.name}: its checks measure '{name}' {names.count(name)} times: give "
                "each metric a name of its own, so that each gets a threshold of its own"
            )


def _measure(setting: GradingSetting, exercise: Exercise, seed: int) -> tuple[Measurement, ...]:
    """Return the metrics that the checks measure with `seed` on the provider of `setting`."""

    def select(items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if "metric_threshold" in fixtures_of(item)]

    with (
        closing(Grader(setting.with_options(seed=seed), None)) as grader,
        grader.under_test(exercise) as under_test,
    ):
        calibrating = replace(under_test, calibrating=True, host_limits=UNLIMITED)
        results = Checks(exercise).run(calibrating, select=select)
    for result in results:
        if result.verdict is not Verdict.PASSED:  # then its metric says nothing
            problem = f"{result.id} {result.verdict} on the reference: {result.message}"
            raise GradusError(f"{exercise.name}, seed {seed}: {problem}")
    return tuple(calibrating.measured)
