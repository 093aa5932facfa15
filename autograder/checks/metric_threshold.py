"""Metrics of trained models: measured by the grader, compared with a calibrated threshold.

A check announces its metric and how it is measured while a model is trained::

    def test_perplexity(submission, reference, metric_threshold, rng):
        def ratios(rng):
            models = trained_models(submission, reference, "RecurrentLM", ..., rng=rng)
            for _ in language_model_chunks(models, train, ...):
                yield models.evaluate(perplexity_ratio, language, new_texts(rng))

        metric_threshold("perplexity_ratio", ratios, rng=rng, direction=LOWER, best=1.0, what="...")

In grading the training ends as soon as the threshold is met. Where it is not met at the end, the
check trains again with new random numbers, as often as the threshold allows: that makes the
probability that a right solution fails small whatever the metric's distribution looks like (see
`plugins.authoring.calibration.tolerance`). ``gradus calibrate`` runs it to the end instead.

A value that meets the threshold counts only if the reference with the same parameters meets it too,
but for `CONFIRMED`: a right model that computes in float32, say, differs a little. A wider margin
would let counts answer for a network that has learned half of what is asked for. Else the
reference's value counts in its place, and the training goes on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from autograder.checks.equality import CheckFailed, MissedThreshold, apart
from autograder.checks.trained_models import ConfirmableMetric
from autograder.course.thresholds import HIGHER, Threshold, better
from autograder.results.findings.figures import Curve
from autograder.results.findings.finding import CheckFindings
from framework.errors import BadInputError
from framework.log import logger

if TYPE_CHECKING:
    from autograder.course.reading import Exercise

_log = logger("training")

#: How far from the best possible the reference may be, as a share of what the threshold allows.
CONFIRMED = 1.1

#: One training: yields the metric after each piece of it, as a number where no model is asked.
Training = Callable[[np.random.Generator], Generator[ConfirmableMetric | float, None, None]]


@dataclass(frozen=True)
class Measurement:
    """What became of a metric: its values during the attempt that came furthest.

    `unconfirmed` is the last value that met the threshold where the reference did not, and the
    reference's.
    """

    name: str
    direction: str
    best: float
    curve: tuple[float, ...] = ()
    unconfirmed: tuple[float, float] | None = None

    @property
    def top(self) -> float:
        """The best of its values; the worst possible one if there is none."""
        if self.direction == HIGHER:
            return max(self.curve, default=-math.inf)
        return min(self.curve, default=math.inf)


@dataclass
class MetricThreshold:
    """Measures metrics for one check; the fixture ``metric_threshold`` of the checks.

    While it is `calibrating`, trainings run to their end, and nothing fails.
    """

    exercise: Exercise
    calibrating: bool = False
    measured: list[Measurement] = field(default_factory=list)
    findings: CheckFindings = field(default_factory=CheckFindings)

    def __call__(
        self,
        name: str,
        training: Training,
        *,
        rng: np.random.Generator,
        best: float,
        direction: str = HIGHER,
        what: str = "",
    ) -> float:
        """Train until metric `name` meets its threshold; returns the best value that was found.

        Args:
            name: of the metric, as in ``[thresholds]`` of exercise.toml.
            training: one training from its very beginning: data, model and all are drawn from the
                generator that it is given.
            best: the best possible value; ``inf`` or ``-inf`` where there is no limit.
            direction: `HIGHER` or `LOWER`: what is better.
            what: the metric in words, as in "the share of right answers".

        Raises:
            MissedThreshold: the threshold is not met, in any of the attempts allowed.
            CheckFailed: it is met by the submission's answers alone, and not by its parameters.
            BadInputError: there is no such threshold, or its direction is another.
        """
        metric, what = Measurement(name, direction, best), what or name
        if self.calibrating:
            measurement = _measure(metric, training, rng, until=None)
            if not measurement.curve:
                raise BadInputError(f"{self.exercise.name}: {what} is no finite number")
            self._note(measurement)
            return measurement.curve[-1]
        threshold = self._threshold(name, direction)
        tried: list[Measurement] = []
        for _ in range(threshold.attempts):
            measurement = _measure(metric, training, rng, until=threshold.value)
            if better(measurement.top, threshold.value, direction):
                self._note(measurement, threshold.value)
                return measurement.top
            tried.append(measurement)
            missed = (name, self.exercise.name, measurement.top, threshold.value)
            _log.info("%s of %s is %.4g where %.4g is asked for: trained again if allowed", *missed)
        furthest = max if direction == HIGHER else min
        measurement = furthest(tried, key=lambda attempt: attempt.top)
        self._note(measurement, threshold.value)
        for value, other in filter(None, (attempt.unconfirmed for attempt in reversed(tried))):
            raise CheckFailed(
                f"{what} is {value:.4g}, but {other:.4g} for the network of this exercise with "
                "the parameters that your model has learned: all that it knows must be in its "
                "parameters, and forward must compute this network"
            )
        raise _missed(measurement, threshold, what)

    def _note(self, measurement: Measurement, threshold: float | None = None) -> None:
        self.measured.append(measurement)
        if measurement.curve:
            name = measurement.name.replace("_", " ")
            best = measurement.best if math.isfinite(measurement.best) else None
            self.findings.add(Curve(measurement.curve, name, threshold, best))

    def _threshold(self, name: str, direction: str) -> Threshold:
        file = self.exercise.toml
        command = f"`gradus calibrate {self.exercise.name}` measures it"
        threshold = self.exercise.thresholds.get(name)
        if threshold is None:
            raise BadInputError(f"{file}: there is no threshold '{name}': {command}")
        if threshold.direction not in ("", direction):
            raise BadInputError(
                f"{file}: thresholds.{name}.direction is '{threshold.direction}', but the check "
                f"says '{direction}': {command}"
            )
        return threshold


def _measure(
    metric: Measurement, training: Training, rng: np.random.Generator, until: float | None
) -> Measurement:
    """Train once; end as soon as `until` is met or the metric is no finite number."""
    curve, unconfirmed = [], None
    with closing(training(rng)) as values:
        for value in values:
            number = value.value if isinstance(value, ConfirmableMetric) else value
            if not math.isfinite(number):
                break
            counted = _counted(metric, value, until) if until is not None else number
            unconfirmed = (number, counted) if counted != number else unconfirmed
            if not math.isfinite(counted):
                break
            curve.append(float(counted))
            if until is not None and better(counted, until, metric.direction):
                break
    return replace(metric, curve=tuple(curve), unconfirmed=unconfirmed)


def _counted(metric: Measurement, value: ConfirmableMetric | float, until: float) -> float:
    """Return what counts of `value`: the reference's where it does not confirm it."""
    if not isinstance(value, ConfirmableMetric):
        return value
    other, best = None, metric.best
    if better(value.value, until, metric.direction):
        other = value.confirm()
    limit = best + CONFIRMED * (until - best) if math.isfinite(best) else until
    return value.value if other is None or better(other, limit, metric.direction) else other


def _missed(measurement: Measurement, threshold: Threshold, what: str) -> MissedThreshold:
    """Return the sentence for the student: the value, the threshold and the best value."""
    bound = "at least" if measurement.direction == HIGHER else "at most"
    reached, asked, best = measurement.top, threshold.value, measurement.best
    if not math.isfinite(reached):
        return MissedThreshold(f"{what} is no finite number: {bound} {asked:.4g} is asked for")
    wanted, received = apart(reached, asked, range(4, 18))
    message = f"{what} is {received}: {bound} {wanted} is asked for"
    if math.isfinite(best):
        message += f", and {best:.4g} is the best possible"
    tries = f"the best of {threshold.attempts} tries, each with random numbers of its own"
    return MissedThreshold(message, *[tries] * (threshold.attempts > 1))
