"""Thresholds keep their promise, whatever the distribution of the metric looks like.

A simulation plays calibration many times over with metrics whose distribution is known, so that
the probability q that one training misses the threshold is known as well: q to the power of the
attempts is the rate at which a right solution fails.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev

import numpy as np
import pytest

from autograder.course.thresholds import HIGHER, LOWER
from plugins.authoring.calibration.tolerance import (
    CONFIDENCE,
    FALSE_FAILURE,
    attempts_for,
    largest_rank,
    threshold_from,
    worst_share,
)

#: Calibrations played for each distribution, and the seeds of each.
TIMES, SEEDS = 400, 40
#: Three standard errors of a share of 95 % that is estimated from this number.
ERROR = 3 * math.sqrt(CONFIDENCE * (1 - CONFIDENCE) / TIMES)


@dataclass(frozen=True)
class Metric:
    """How a metric is distributed: draws of it, and P(x < value)."""

    draw: Callable[[np.random.Generator], np.ndarray]
    below: Callable[[float], float]


def step_below(value):
    """Three values, as a share of 200 right answers has few: 0.98, 0.99 and 1 at 10, 30, 60 %."""
    return 0.0 if value <= 0.98 else 0.1 if value <= 0.99 else 0.4


METRICS = {
    "normal": Metric(
        lambda rng: rng.normal(5.0, 0.1, SEEDS), NormalDist(5.0, 0.1).cdf
    ),
    "uniform": Metric(
        lambda rng: rng.uniform(1.0, 2.0, SEEDS), lambda x: min(max(x - 1.0, 0.0), 1.0)
    ),
    "skewed towards failure": Metric(
        lambda rng: 1.0 - rng.exponential(0.1, SEEDS), lambda x: math.exp(min(x - 1.0, 0.0) / 0.1)
    ),
    "seldom far off": Metric(
        lambda rng: np.where(rng.random(SEEDS) < 0.03, 0.1, 0.9) + rng.uniform(0, 0.01, SEEDS),
        lambda x: 0.03 if x > 0.11 else 3 * max(x - 0.1, 0.0),
    ),
    "with ties": Metric(
        lambda rng: rng.choice([0.98, 0.99, 1.0], SEEDS, p=[0.1, 0.3, 0.6]), step_below
    ),
}  # fmt: skip


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
@pytest.mark.parametrize("direction", [HIGHER, LOWER])
def test_a_right_solution_seldom_fails_whatever_the_distribution(metric, direction):
    rng, sign = np.random.default_rng(3), 1 if direction == HIGHER else -1
    kept = 0
    for _ in range(TIMES):
        threshold = threshold_from((sign * metric.draw(rng)).tolist(), direction, sign * math.inf)
        q = metric.below(sign * threshold.value)
        kept += q**threshold.attempts <= threshold.false_failure <= FALSE_FAILURE
    assert kept / TIMES >= CONFIDENCE - ERROR


def test_attempts_are_as_few_as_the_promise_allows():
    for n in (20, 40, 100, 1000):
        q, m = worst_share(n), attempts_for(n)
        assert q**m <= FALSE_FAILURE < q ** (m - 1)
    assert (attempts_for(100), attempts_for(29_956)) == (3, 1)


@pytest.mark.parametrize("others", [[], [0.5, 0.9, 0.9, 0.8, 0.7]], ids=["tied", "skewed"])
def test_a_metric_is_bounded_by_its_worst_seed(others):
    metrics = [1.0] * (100 - len(others)) + others
    threshold = threshold_from(metrics, HIGHER, 1.0)
    bound = min(metrics) - 0.02 * fmean(metrics)
    assert bound - 1e-4 < threshold.value <= bound
    assert threshold.method == "worst seed and 2% of the mean"
    assert (threshold.seeds, threshold.direction, threshold.best) == (100, HIGHER, 1.0)
    assert threshold.mean == pytest.approx(fmean(metrics))
    assert threshold.spread == pytest.approx(stdev(metrics))
    assert threshold.false_failure == pytest.approx(worst_share(100) ** 3, rel=1e-2)
    lower = threshold_from([2 - x for x in metrics], LOWER, 1.0)
    assert lower.value == pytest.approx(2 - min(metrics) + 0.02 * lower.mean, abs=1e-3)


@pytest.mark.parametrize("metrics", [[0.0] * 20, [-3.0] * 20, [1e-7] * 20, [123456.0] * 20])
@pytest.mark.parametrize("direction", [HIGHER, LOWER])
def test_metrics_of_any_size_and_sign_pass_themselves(metrics, direction):
    value = threshold_from(metrics, direction, metrics[0]).value
    assert value <= metrics[0] if direction == HIGHER else value >= metrics[0]
    assert value == pytest.approx(metrics[0], rel=0.021)


def test_more_attempts_leave_a_few_bad_trainings_behind():
    metrics = [1.0] * 93 + [0.0] * 7
    assert threshold_from(metrics, HIGHER, 1.0, 4).value < 0
    threshold = threshold_from(metrics, HIGHER, 1.0, 5)
    assert threshold.value == pytest.approx(1 - 0.02 * 0.93, abs=1e-4)
    assert threshold.method == "seed 10 from the worst and 2% of the mean"
    assert threshold.false_failure <= FALSE_FAILURE
    assert threshold_from([2 - x for x in metrics], LOWER, 1.0, 5).value == pytest.approx(
        1.0214, abs=1e-3
    )


@pytest.mark.parametrize(("n", "rank"), [(SEEDS, 1), (100, 10)])
def test_the_share_beyond_a_rank_is_exact(n, rank):
    """Its confidence is not more than CONFIDENCE: a wide margin would let wrong ones pass."""
    draws = np.sort(np.random.default_rng(8).uniform(size=(20_000, n)), axis=1)[:, rank - 1]
    confidence = np.mean(draws <= worst_share(n, rank))
    assert confidence == pytest.approx(CONFIDENCE, abs=0.005)
    assert [largest_rank(100, attempts) for attempts in (3, 4, 5)] == [1, 5, 10]
