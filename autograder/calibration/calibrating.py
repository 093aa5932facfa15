"""Calibration of one exercise: measure its metrics, then compute the thresholds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from autograder.calibration.measuring import measure
from autograder.calibration.tolerance import FEWEST, threshold_from
from autograder.checks.metric_threshold import Measurement
from autograder.course.reading import Exercise
from autograder.course.thresholds import Threshold
from autograder.grading.setting import Setting
from framework.errors import BadInputError

#: Called with the number of trainings done, and the number of all trainings.
OnSeed = Callable[[int, int], None]


def calibrated(
    setting: Setting, exercise: Exercise, seeds: int, jobs: int = 0, on_seed: OnSeed | None = None
) -> dict[str, Threshold]:
    """Return the thresholds of `exercise` by metric, from `seeds` trainings.

    Raises:
        BadInputError: too few seeds, no check of the exercise trains a model, or two measure
            metrics of the same name.
        GradusError: the reference fails such a check.
    """
    if seeds < FEWEST:
        raise BadInputError(f"{seeds} seeds are too few to calibrate with: take at least {FEWEST}")
    found: dict[str, list[Measurement]] = {}
    for done, measured in enumerate(measure(setting, exercise, range(seeds), jobs), start=1):
        _reject_none_or_doubles(exercise, measured)
        for measurement in measured:
            found.setdefault(measurement.name, []).append(measurement)
        if on_seed is not None:
            on_seed(done, seeds)
    return {name: _threshold(measurements) for name, measurements in found.items()}


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
