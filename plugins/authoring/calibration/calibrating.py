"""Calibration of one exercise: train the reference for each seed, then compute the thresholds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
from autograder.results.report import CheckResult
from autograder.verdicts import Verdict
from framework.errors import BadInputError, GradusError
from plugins.authoring.calibration.tolerance import FEWEST, threshold_from

#: Called with the number of trainings done, and the number of all trainings.
OnSeed = Callable[[int, int], None]


def calibrated(
    setting: GradingSetting,
    exercise: Exercise,
    seeds: int,
    jobs: int = 0,
    on_seed: OnSeed | None = None,
) -> dict[str, Threshold]:
    """Return the thresholds of `exercise` by metric, from `seeds` trainings.

    Raises:
        BadInputError: too few seeds, no check of the exercise trains a model, or two measure
            metrics of the same name.
        GradusError: the reference fails a check that trains a model.
    """
    if seeds < FEWEST:
        raise BadInputError(f"{seeds} seeds are too few to calibrate with: take at least {FEWEST}")
    by_name: dict[str, list[Measurement]] = {}
    for done, measured in enumerate(measure(setting, exercise, range(seeds), jobs), start=1):
        _reject_none_or_doubles(exercise, measured)
        for measurement in measured:
            by_name.setdefault(measurement.name, []).append(measurement)
        if on_seed is not None:
            on_seed(done, seeds)
    return {name: _threshold(measurements) for name, measurements in by_name.items()}


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


def _threshold(measurements: list[Measurement]) -> Threshold:
    """Return the threshold from the metric at the end of every training."""
    first = measurements[0]
    ends = [measurement.curve[-1] for measurement in measurements]
    return threshold_from(ends, first.direction, first.best)


def _with_metric(items: list[pytest.Item]) -> None:
    """Leave out every check without a metric."""
    items[:] = [item for item in items if "metric_threshold" in fixtures_of(item)]


def measure(
    setting: GradingSetting, exercise: Exercise, seeds: Sequence[int], jobs: int
) -> Iterator[tuple[Measurement, ...]]:
    """Return the metrics that the checks of `exercise` measure, for each of `seeds`.

    Args:
        setting: the settings of grading; its provider is measured.
        jobs: the number of parallel processes; 0 for one per processor.

    Raises:
        GradusError: the reference fails a check that trains a model, so its metric says nothing.
    """
    return in_parallel(partial(_measure_one, setting, exercise), seeds, jobs)


def _measure_one(setting: GradingSetting, exercise: Exercise, seed: int) -> tuple[Measurement, ...]:
    grader = Grader(setting.with_options(seed=seed), None)
    try:
        with grader.under_test(exercise) as under_test:
            calibrating = replace(under_test, calibrating=True, host_limits=UNLIMITED)
            results = Checks(exercise).run(calibrating, select=_with_metric)
    finally:
        grader.close()
    for problem in _problems(results):
        raise GradusError(f"{exercise.name}, seed {seed}: {problem}")
    return tuple(calibrating.measured)


def _problems(results: Sequence[CheckResult]) -> Iterator[str]:
    for result in results:
        if result.verdict is not Verdict.PASSED:
            yield f"{result.id} {result.verdict} on the reference: {result.message}"
