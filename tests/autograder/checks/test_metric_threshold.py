"""Metrics against thresholds: early ends, further attempts, curves, and messages."""

import math
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
                yield value
        finally:
            self.ended += 1


def curves(threshold):
    """What the check will show."""
    return [finding.values for finding in threshold.findings.all]


@pytest.fixture
def threshold(tiny_course):
    """`threshold(0.9, attempts=2)`: of an exercise that asks for a share of 0.9."""

    def threshold(value=0.9, direction=HIGHER, *, attempts=1, calibrating=False):
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


def test_training_ends_as_soon_as_the_threshold_is_met(threshold, reach):
    one, trainings = threshold(), Trainings([0.5, 0.9, 0.95])
    assert reach(one, trainings) == 0.9
    assert (trainings.taken, trainings.ended) == ([2], 1)
    assert curves(one) == [(0.5, 0.9)]


def test_lower_may_be_better(threshold, reach):
    trainings = Trainings([1.5, 1.05, 1.0])
    assert reach(threshold(1.1, LOWER), trainings, direction=LOWER) == 1.05
    assert trainings.taken == [2]


def test_a_training_that_misses_is_tried_again_with_other_random_numbers(threshold, reach):
    one, trainings = threshold(attempts=3), Trainings([0.1, 0.2], [0.3, 0.9], [1.0])
    with recorded_log() as lines:
        assert reach(one, trainings) == 0.9
    assert [line.partition("training: ")[2].partition(":")[0] for line in lines] == [
        f"share of {one.exercise.name} is 0.2 where 0.9 is asked for"
    ]
    assert trainings.taken == [2, 2]
    assert len(set(trainings.drawn)) == 2
    assert curves(one) == [(0.3, 0.9)]


def test_what_misses_in_every_attempt_fails_with_its_best_one(threshold, reach):
    one, trainings = threshold(attempts=3), Trainings([0.1, 0.2], [0.3, 0.7, 0.6], [0.5])
    with pytest.raises(CheckFailed) as caught:
        reach(one, trainings, best=0.95)
    assert caught.value.message == (
        "the share is 0.7: at least 0.9 is asked for, and 0.95 is the best possible"
    )
    assert caught.value.details == ("the best of 3 tries, each with random numbers of its own",)
    assert trainings.taken == [2, 3, 1]
    assert curves(one) == [(0.3, 0.7, 0.6)]


def test_a_single_attempt_is_not_called_the_best_of_many(threshold, reach):
    with pytest.raises(MissedThreshold, match=r"at most 1\.1 is asked for") as caught:
        reach(threshold(1.1, LOWER), Trainings([3.0, 2.0]), best=-math.inf, direction=LOWER)
    assert caught.value.message == "the share is 2: at most 1.1 is asked for"
    assert caught.value.details == ()


def test_a_miss_by_a_hair_does_not_look_like_a_hit(threshold, reach):
    with pytest.raises(CheckFailed, match=r"is 0\.899996: at least 0\.9 is asked for"):
        reach(threshold(), Trainings([0.899996]), best=math.inf)
    with pytest.raises(CheckFailed, match=r"is 0\.7717: at least 0\.77172 is asked for"):
        reach(threshold(0.77172), Trainings([0.7717]), best=math.inf)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_metric_that_is_no_finite_number_ends_the_attempt(threshold, reach, bad):
    one, trainings = threshold(attempts=2), Trainings([0.4, bad, 1.0], [bad])
    with pytest.raises(CheckFailed, match=r"the share is 0\.4: at least"):
        reach(one, trainings)
    assert trainings.taken == [2, 1]
    assert curves(one) == [(0.4,)]


def test_and_is_reported_as_such_where_there_was_no_other(threshold, reach):
    with pytest.raises(CheckFailed, match=r"the share is no finite number: at least 0\.9 is asked"):
        reach(threshold(), Trainings([math.nan]))


def test_what_a_training_raises_is_not_tried_again(threshold, reach):
    def training(rng):
        yield 0.1
        raise CheckFailed("gradients['W'] is not finite")

    with pytest.raises(CheckFailed, match="not finite"):
        reach(threshold(attempts=3), training)


def test_calibrating_runs_every_training_to_its_end_and_fails_nothing(threshold, reach):
    one, trainings = threshold(calibrating=True), Trainings([0.95, 1.0, 0.2])
    assert reach(one, trainings) == 0.2
    (measured,) = one.measured
    assert (measured.name, measured.direction, measured.best) == ("share", HIGHER, 1.0)
    assert measured.curve == (0.95, 1.0, 0.2)


def test_calibrating_needs_no_threshold_but_a_number(threshold, reach, draws):
    one = threshold(calibrating=True)
    assert one("new", Trainings([0.3]), rng=draws, best=1.0) == 0.3
    with pytest.raises(BadInputError, match="squash: the share is no finite number"):
        reach(one, Trainings([math.nan]))


def test_every_metric_of_a_check_has_its_curve(threshold, reach):
    one = threshold()
    assert curves(one) == []
    reach(one, Trainings([0.9]))
    reach(one, Trainings([0.1, 0.95]))
    assert curves(one) == [(0.9,), (0.1, 0.95)]


def test_curves_hold_plain_numbers(threshold, reach):
    one = threshold()
    reach(one, Trainings([np.float32(0.5), np.float64(0.9)]))
    assert [list(map(type, curve)) for curve in curves(one)] == [[float, float]]


def test_a_metric_without_threshold_names_the_command_that_measures_it(threshold, draws):
    with pytest.raises(BadInputError, match=r"no threshold 'other': `gradus calibrate squash`"):
        threshold()("other", Trainings([1.0]), rng=draws, best=1.0)


def test_a_threshold_in_the_other_direction_is_our_mistake(threshold, reach):
    with pytest.raises(BadInputError, match=r"thresholds\.share\.direction is 'lower', but"):
        reach(threshold(0.9, LOWER), Trainings([1.0]))


def test_a_chosen_number_has_the_checks_direction(threshold, reach):
    assert reach(threshold(1.1, ""), Trainings([1.0]), direction=LOWER) == 1.0


def evaluation(value, other):
    """A submission's value, and the reference's."""
    return ConfirmableMetric(value, lambda: other)


def evaluations(*pairs):
    """One training of a submission's values, each with the reference's."""
    return Trainings([evaluation(*pair) for pair in pairs])


def test_a_value_is_confirmed_by_the_reference(threshold, reach):
    one = threshold()
    assert reach(one, evaluations((0.5, 0.0), (0.92, 0.92))) == 0.92
    assert curves(one) == [(0.5, 0.92)]


def test_the_reference_may_be_a_tenth_further_from_the_best(threshold, reach):
    assert reach(threshold(), evaluations((0.9, 0.891))) == 0.9
    assert reach(threshold(1.1, LOWER), evaluations((1.1, 1.109)), direction=LOWER) == 1.1


@pytest.mark.parametrize("other", [0.88, 0.0, math.nan])
def test_what_the_reference_does_not_confirm_was_not_learned(threshold, reach, other):
    one, trainings = threshold(attempts=2), Trainings(*[[evaluation(0.95, other)]] * 2)
    with pytest.raises(CheckFailed, match="for the network of this exercise with the parameters"):
        reach(one, trainings)
    assert curves(one) == [(other,)] * math.isfinite(other)


def test_the_training_goes_on_after_a_value_that_is_not_confirmed(threshold, reach):
    one = threshold()
    assert reach(one, evaluations((0.95, 0.88), (0.92, 0.93))) == 0.92
    assert curves(one) == [(0.88, 0.92)]


def test_a_right_answer_that_was_not_confirmed_is_trained_again(threshold, reach):
    trainings = Trainings([evaluation(0.9, 0.88)], [evaluation(0.9, 0.9)])
    assert reach(threshold(attempts=2), trainings) == 0.9


def test_without_a_best_value_the_reference_must_meet_the_threshold(threshold, reach):
    assert reach(threshold(), evaluations((0.95, 0.9)), best=math.inf) == 0.95
    with pytest.raises(CheckFailed, match=r"but 0\.89 for the network"):
        reach(threshold(), evaluations((0.95, 0.89)), best=math.inf)


def test_calibrating_asks_no_reference(threshold, reach):
    def never():
        raise AssertionError

    assert reach(threshold(calibrating=True), Trainings([ConfirmableMetric(0.95, never)])) == 0.95
