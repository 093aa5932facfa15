"""Metrics against thresholds: early ends, further attempts, curves, and messages."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from recorded_log import recorded_log

from autograder.checks import CheckFailed, ConfirmableMetric
from autograder.checks.equality import MissedThreshold
from autograder.checks.metric_threshold import MetricThreshold
from autograder.course.thresholds import HIGHER, LOWER, Threshold
from framework.errors import BadInputError


class Trainings:
    """Trainings whose metrics are known; remembers how far each of them came."""

    def __init__(self, *curves):
        self.curves, self.taken, self.drawn, self.ended = curves, [], [], 0

    def __call__(self, rng):
        number = len(self.taken)
        self.taken.append(0)
        self.drawn.append(rng.random())
        try:
            for value in self.curves[number]:
                self.taken[number] += 1
                yield evaluation(value)
        finally:
            self.ended += 1


class Pair(tuple):
    """A submission's value, and the reference's with the same parameters."""


def evaluation(value):
    """What a training yields for a value."""
    return ConfirmableMetric(value[0], lambda: value[1]) if isinstance(value, Pair) else value


def curves(threshold):
    """What the check will show."""
    return [finding.values for finding in threshold.findings.all]


@pytest.fixture
def threshold(tiny_course):
    """`threshold(0.9, attempts=2)`: of an exercise that asks for a share of 0.9."""

    def threshold(value=0.9, direction=HIGHER, attempts=1, *, calibrating=False):
        thresholds = {"share": Threshold(value, direction, attempts=attempts)}
        exercise = replace(tiny_course.exercise("squash"), thresholds=thresholds)
        return MetricThreshold(exercise, calibrating)

    return threshold


@pytest.fixture
def reach(draws):
    """Hold trainings against the threshold for ``share``."""

    def reach(threshold, trainings, *, best=1.0, direction=HIGHER, what="the share"):
        return threshold("share", trainings, rng=draws, best=best, direction=direction, what=what)

    return reach


LOW = {"direction": LOWER}
UNLIMITED = {"best": math.inf}


@pytest.mark.parametrize(
    ("asked", "options", "trainings", "value", "taken", "curve"),
    [
        ((0.9,), {}, [[0.5, 0.9, 0.95]], 0.9, [2], (0.5, 0.9)),
        ((1.1, LOWER), LOW, [[1.5, 1.05, 1.0]], 1.05, [2], (1.5, 1.05)),
        ((1.1, ""), LOW, [[1.0]], 1.0, [1], (1.0,)),  # a chosen number has the check's direction
        # The reference with the same parameters may be a tenth further from the best.
        ((0.9,), {}, [[Pair((0.5, 0.0)), Pair((0.92, 0.92))]], 0.92, [2], (0.5, 0.92)),
        ((0.9,), {}, [[Pair((0.9, 0.891))]], 0.9, [1], (0.9,)),
        ((1.1, LOWER), LOW, [[Pair((1.1, 1.109))]], 1.1, [1], (1.1,)),
        ((0.9,), UNLIMITED, [[Pair((0.95, 0.9))]], 0.95, [1], (0.95,)),
        # After a value that is not confirmed the training goes on.
        ((0.9,), {}, [[Pair((0.95, 0.88)), Pair((0.92, 0.93))]], 0.92, [2], (0.88, 0.92)),
    ],
)
def test_training_ends_as_soon_as_the_threshold_is_met(
    threshold, reach, asked, options, trainings, value, taken, curve
):
    first, trained = threshold(*asked), Trainings(*trainings)
    assert reach(first, trained, **options) == value
    assert (trained.taken, trained.ended) == (taken, 1)
    assert curves(first) == [curve]


def test_a_training_that_misses_is_tried_again_with_other_random_numbers(threshold, reach):
    first, trainings = threshold(attempts=3), Trainings([0.1, 0.2], [0.3, Pair((0.9, 0.9))], [1.0])
    with recorded_log() as lines:
        assert reach(first, trainings) == 0.9
    assert [line.partition("training: ")[2].partition(":")[0] for line in lines] == [
        f"share of {first.exercise.name} is 0.2 where 0.9 is asked for"
    ]
    assert trainings.taken == [2, 2]
    assert len(set(trainings.drawn)) == 2
    assert curves(first) == [(0.3, 0.9)]
    reach(first, Trainings([np.float32(0.5), np.float64(0.95)]))
    assert curves(first) == [(0.3, 0.9), (0.5, 0.95)]  # a curve for each metric of a check
    assert [list(map(type, curve)) for curve in curves(first)] == [[float, float]] * 2


UNCONFIRMED = "for the network of this exercise with the parameters"


@pytest.mark.parametrize(
    ("asked", "options", "trainings", "message", "taken", "curve"),
    [
        (
            (0.9, HIGHER, 3),
            {"best": 0.95},
            [[0.1, 0.2], [0.3, 0.7, 0.6], [0.5]],
            "the share is 0.7: at least 0.9 is asked for, and 0.95 is the best possible",
            [2, 3, 1],
            [(0.3, 0.7, 0.6)],
        ),
        (
            (1.1, LOWER, 1),
            {"best": -math.inf, "direction": LOWER},
            [[3.0, 2.0]],
            "the share is 2: at most 1.1 is asked for",
            [2],
            [(3.0, 2.0)],
        ),
        ((0.9,), UNLIMITED, [[0.899996]], "is 0.899996: at least 0.9 is asked", [1], [(0.899996,)]),
        ((0.77172,), UNLIMITED, [[0.7717]], "is 0.7717: at least 0.77172 is", [1], [(0.7717,)]),
        # What is no finite number ends the attempt.
        *(
            ((0.9, HIGHER, 2), {}, [[0.4, bad, 1.0], [bad]], "is 0.4: at", [2, 1], [(0.4,)])
            for bad in (math.nan, math.inf, -math.inf)
        ),
        ((0.9,), {}, [[math.nan]], "the share is no finite number: at least 0.9 is asked", [1], []),
        *(
            ((0.9, HIGHER, 2), {}, [[Pair((0.95, other))]] * 2, UNCONFIRMED, [1, 1], curve)
            for other, curve in ((0.88, [(0.88,)]), (0.0, [(0.0,)]), (math.nan, []))
        ),
        ((0.9,), UNLIMITED, [[Pair((0.95, 0.89))]], "but 0.89 for the network", [1], [(0.89,)]),
    ],
)
def test_what_misses_in_every_attempt_fails_with_its_best_one(
    threshold, reach, asked, options, trainings, message, taken, curve
):
    first, trained = threshold(*asked), Trainings(*trainings)
    with pytest.raises(CheckFailed, match=re.escape(message)) as caught:
        reach(first, trained, **options)
    assert (trained.taken, curves(first)) == (taken, curve)
    is_missed = UNCONFIRMED not in caught.value.message
    assert isinstance(caught.value, MissedThreshold) == is_missed
    several = f"the best of {len(taken)} tries, each with random numbers of its own"
    assert caught.value.details == (several,) * (is_missed and len(taken) > 1)


def test_what_a_training_raises_is_not_tried_again(threshold, reach):
    def training(rng):
        yield 0.1
        raise CheckFailed("gradients['W'] is not finite")

    with pytest.raises(CheckFailed, match="not finite"):
        reach(threshold(attempts=3), training)


def test_calibrating_runs_every_training_to_its_end_and_fails_nothing(threshold, reach, draws):
    first, trainings = threshold(calibrating=True), Trainings([0.95, Pair((1.0, math.nan)), 0.2])
    assert reach(first, trainings) == 0.2
    (measured,) = first.measured
    assert (measured.name, measured.direction, measured.best) == ("share", HIGHER, 1.0)
    assert measured.curve == (0.95, 1.0, 0.2)
    assert first("new", Trainings([0.3]), rng=draws, best=1.0) == 0.3
    with pytest.raises(BadInputError, match="squash: the share is no finite number"):
        reach(first, Trainings([math.nan]))


def test_a_wrong_threshold_is_our_mistake(threshold, reach, draws):
    with pytest.raises(BadInputError, match=r"no threshold 'other': `gradus calibrate squash`"):
        threshold()("other", Trainings([1.0]), rng=draws, best=1.0)
    with pytest.raises(BadInputError, match=r"thresholds\.share\.direction is 'lower', but"):
        reach(threshold(0.9, LOWER), Trainings([1.0]))
