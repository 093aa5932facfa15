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
`plugins.authoring.calibration.tolerance`). ``gradus calibrate`` runs the same check to the end
instead.

A value that meets the threshold counts only if the reference with the same parameters meets it too,
but for `CONFIRMED`: a right model that computes in float32, say, differs a little. A wider margin
would let counts answer for a network that has learned half of what is asked for. Where it does not,
the reference's value counts in its place, and the training goes on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from autograder.checks.equality import CheckFailed, MissedThreshold
from autograder.checks.trained_models import ConfirmableMetric
from autograder.course.thresholds import HIGHER, LOWER, Threshold, better
from autograder.results.findings.figures import Curve
from autograder.results.findings.finding import CheckFindings
from framework.errors import BadInputError
from framework.log import logger

if TYPE_CHECKING:
    from collections.abc import Generator

    from autograder.course.reading import Exercise

_log = logger("training")

#: How far from the best possible the reference may be, as a share of what the threshold allows.
CONFIRMED = 1.1

#: One training: yields the metric after each piece of it, as a number where no model is asked.
Training = Callable[[np.random.Generator], "Generator[ConfirmableMetric | float, None, None]"]


@dataclass(frozen=True)
class Measurement:
    """What became of a metric: its values during the attempt that came furthest.

    Args:
        unconfirmed: the last value that met the threshold where the reference did not, and the
            reference's; None if there was none.
    """

    name: str
    direction: str
    best: float
    curve: tuple[float, ...]
    unconfirmed: tuple[float, float] | None = None


@dataclass
class MetricThreshold:
    """Measures metrics for one check; the fixture ``metric_threshold`` of the checks.

    Args:
        calibrating: trainings run to their end, and nothing fails.
        measured: every measurement is added to it.
        findings: the curve of every measurement is added to it.
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
        meter = _Metric(name, direction, best, what or name)
        if self.calibrating:
            return self._measure(meter, training, rng)
        threshold = self._threshold(meter)
        tried = []
        for _ in range(threshold.attempts):
            tried.append(meter.run(training, rng, until=threshold.value))
            if meter.met(tried[-1], threshold.value):
                self._note(tried[-1], threshold.value)
                return meter.top(tried[-1])
            missed = (name, self.exercise.name, meter.top(tried[-1]), threshold.value)
            _log.info("%s of %s is %.4g where %.4g is asked for: trained again if allowed", *missed)
        self._note(max(tried, key=meter.merit), threshold.value)
        for measurement in reversed(tried):
            meter.require_confirmed(measurement)
        raise meter.failure(self.measured[-1], threshold)

    def _note(self, measurement: Measurement, threshold: float | None = None) -> None:
        self.measured.append(measurement)
        if measurement.curve:
            name = measurement.name.replace("_", " ")
            best = measurement.best if math.isfinite(measurement.best) else None
            self.findings.add(Curve(measurement.curve, name, threshold, best))

    def _measure(self, meter: _Metric, training: Training, rng: np.random.Generator) -> float:
        """Return the metric at the end of one whole training."""
        measurement = meter.run(training, rng, until=None)
        if not measurement.curve:
            raise BadInputError(f"{self.exercise.name}: {meter.what} is no finite number")
        self._note(measurement)
        return measurement.curve[-1]

    def _threshold(self, meter: _Metric) -> Threshold:
        name, file = meter.name, self.exercise.toml
        command = f"`gradus calibrate {self.exercise.name}` measures it"
        threshold = self.exercise.thresholds.get(name)
        if threshold is None:
            raise BadInputError(f"{file}: there is no threshold '{name}': {command}")
        if threshold.direction not in ("", meter.direction):
            raise BadInputError(
                f"{file}: thresholds.{name}.direction is '{threshold.direction}', but the check "
                f"says '{meter.direction}': {command}"
            )
        return threshold


@dataclass(frozen=True)
class _Metric:
    """One metric: how its values are compared and told."""

    name: str
    direction: str
    best: float
    what: str

    def run(self, training: Training, rng: np.random.Generator, until: float | None) -> Measurement:
        """Train once; end as soon as `until` is met or the metric is no finite number."""
        curve, unconfirmed = [], None
        with closing(training(rng)) as values:
            for value in self._finite(values):
                number = value.value if isinstance(value, ConfirmableMetric) else value
                counted = self._counted(value, until)
                unconfirmed = (number, counted) if counted != number else unconfirmed
                if not math.isfinite(counted):
                    break
                curve.append(float(counted))
                if until is not None and better(counted, until, self.direction):
                    break
        return Measurement(self.name, self.direction, self.best, tuple(curve), unconfirmed)

    @staticmethod
    def _finite(values: Iterator[ConfirmableMetric | float]) -> Iterator[ConfirmableMetric | float]:
        for value in values:
            if not math.isfinite(value.value if isinstance(value, ConfirmableMetric) else value):
                return
            yield value

    def _counted(self, value: ConfirmableMetric | float, until: float | None) -> float:
        """Return what counts of `value`: the reference's where it does not confirm it."""
        if not isinstance(value, ConfirmableMetric):
            return value
        if until is None or not better(value.value, until, self.direction):
            return value.value
        other, limit = value.confirm(), until
        if math.isfinite(self.best):
            limit = self.best + CONFIRMED * (until - self.best)
        if other is None or better(other, limit, self.direction):
            return value.value
        return other

    def require_confirmed(self, measurement: Measurement) -> None:
        """Fail if the reference with the same parameters did not confirm a value."""
        if measurement.unconfirmed is None:
            return
        value, other = measurement.unconfirmed
        raise CheckFailed(
            f"{self.what} is {value:.4g}, but {other:.4g} for the network of this exercise with "
            "the parameters that your model has learned: all that it knows must be in its "
            "parameters, and forward must compute this network"
        )

    def top(self, measurement: Measurement) -> float:
        """Return the best of its values; the worst possible one if there is none."""
        best = max if self.direction == HIGHER else min
        return best(measurement.curve, default=-math.inf if self.direction == HIGHER else math.inf)

    def merit(self, measurement: Measurement) -> float:
        """Return a number that is higher for a better `value`, whatever the direction."""
        return self.top(measurement) * (1 if self.direction == HIGHER else -1)

    def met(self, measurement: Measurement, value: float) -> bool:
        """Return whether `value` was reached."""
        return better(self.top(measurement), value, self.direction)

    def failure(self, measurement: Measurement, threshold: Threshold) -> MissedThreshold:
        """Return the sentence for the student: the value, the threshold and the best value."""
        bound = "at least" if self.direction == HIGHER else "at most"
        reached, asked = self.top(measurement), threshold.value
        if not math.isfinite(reached):
            found_none = f"{self.what} is no finite number: {bound} {asked:.4g} is asked for"
            return MissedThreshold(found_none)
        shown, wanted = _apart(reached, asked)
        message = f"{self.what} is {shown}: {bound} {wanted} is asked for"
        if math.isfinite(self.best):
            off, allowed = abs(self.best - reached), abs(self.best - asked)
            message += (
                f". That is {off:.2g} from the best possible, {self.best:.4g}, where {allowed:.2g} "
                "is allowed"
            )
        return MissedThreshold(message, *_attempts(threshold.attempts))


def _apart(one: float, other: float) -> tuple[str, str]:
    """Return two different numbers to four digits, or as many as it takes to tell them apart."""
    pairs = ((f"{one:.{digits}g}", f"{other:.{digits}g}") for digits in range(4, 18))
    return next(pair for pair in pairs if pair[0] != pair[1])


def _attempts(attempts: int) -> list[str]:
    if attempts == 1:
        return []
    return [f"the best of {attempts} trainings, each with random numbers of its own"]


__all__ = ["HIGHER", "LOWER", "Measurement", "MetricThreshold", "Training"]
