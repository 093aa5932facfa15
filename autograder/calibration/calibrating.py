"""Calibrating one exercise: measure, then decide."""

from __future__ import annotations

from autograder.calibration.measuring import OnSeed, measure
from autograder.calibration.tolerance import FEWEST, threshold_from
from autograder.checks.reaching import Measurement
from autograder.course import Exercise
from autograder.run import Setting
from autograder.thresholds import Threshold
from framework.errors import BadInputError


def calibrated(
    setting: Setting, exercise: Exercise, seeds: int, jobs: int = 0, on_seed: OnSeed | None = None
) -> dict[str, Threshold]:
    """The thresholds of `exercise`, by metric, from `seeds` trainings of what `setting` grades.

    Raises:
        BadInputError: too few seeds, or no check of the exercise trains a model.
        GradusError: the reference fails such a check.
    """
    if seeds < FEWEST:
        raise BadInputError(f"{seeds} seeds are too few to calibrate with: take at least {FEWEST}")
    found: dict[str, list[Measurement]] = {}
    for measured in measure(setting, exercise, range(seeds), jobs, on_seed):
        for measurement in measured:
            found.setdefault(measurement.name, []).append(measurement)
    if not found:
        raise BadInputError(
            f"{exercise.name} has nothing to calibrate: none of its checks uses the fixture "
            "`reaches`, which measures the metric of a trained model"
        )
    return {name: _threshold(measurements) for name, measurements in found.items()}


def _threshold(measurements: list[Measurement]) -> Threshold:
    """From the values at the end of every training: of right answers nothing less is certain."""
    first = measurements[0]
    ends = [measurement.curve[-1] for measurement in measurements]
    return threshold_from(ends, first.direction, first.best)
