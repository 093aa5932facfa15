"""Hidden checks of the learning rates: large steps, any order, edge cases."""

import numpy as np
import pytest

from autograder.checks import after_call, agrees, callback, equal, refuses

#: Arguments outside their ranges.
OUTSIDE = {
    "StepDecay": [(0.0, 0.5, 7), (0.3, 0.0, 7), (0.3, 1.5, 7), (0.3, 0.5, 0), (np.nan, 0.5, 7)],
    "ExponentialDecay": [(-0.3, 1e-3), (0.3, -1e-3), (0.3, np.nan)],
    "InverseDecay": [(0.0, 2.0), (0.3, 0.0), (0.3, -1.0)],
}
SCHEDULES = {
    "StepDecay": [(0.3, 0.5, 7), (1.0, 1.0, 1), (0.3, 0.1, 1)],
    "ExponentialDecay": [(0.3, 1e-3), (1.0, 0.0), (0.1, 2.0)],
    "InverseDecay": [(0.3, 100.0), (1.0, 1.0), (0.1, 2.5)],
}


def each_schedule(test):
    """`test` for every schedule, each counted for its own task."""
    marks = [pytest.param(name, marks=pytest.mark.task(name), id=name) for name in SCHEDULES]
    return pytest.mark.parametrize("name", marks)(test)


@each_schedule
@pytest.mark.points(1)
@pytest.mark.hint("The rate depends only on `step`, not on earlier calls.")
@pytest.mark.promise(
    "independent-calls",
    "errors",
    "learning_rates",
    "StepDecay.rate",
    "ExponentialDecay.rate",
    "InverseDecay.rate",
    "StepDecay",
    "ExponentialDecay",
)
def test_any_step_in_any_order(submission, reference, rng, name):
    """Large steps in any order: the rate depends only on the step; what is out of range raises."""
    for arguments in SCHEDULES[name]:
        ours, theirs = getattr(submission, name)(*arguments), getattr(reference, name)(*arguments)
        for step in (*rng.integers(0, 300, size=6), 0, 1, 100):
            actual, expected = ours.rate(int(step)), theirs.rate(int(step))
            equal(actual, expected, f"{name}{arguments}.rate({step})", rtol=1e-12)
    refuses(ours, "rate", -1)
    for arguments in OUTSIDE[name]:
        refuses(submission, name, *arguments)


@pytest.mark.task("fan_in_rate")
@pytest.mark.points(1)
@pytest.mark.promise("fan_in_rate", "fan_in_rate.fan_in")
def test_fan_in_rate_of_layers(submission, reference, rng):
    """fan_in_rate: layers with different numbers of inputs."""
    for fan_in in rng.integers(1, 2000, size=5):
        agrees(submission, reference, "fan_in_rate", float(rng.uniform(1e-3, 2)), int(fan_in))
    same = submission.fan_in_rate(0.5, 1)
    equal(same, 0.5, "fan_in_rate(0.5, 1)")
    for arguments in ((0.5, 0), (0.0, 4), (np.nan, 4)):
        refuses(submission, "fan_in_rate", *arguments)
    equal(np.array(submission.fan_in_rate(1.0, 16)), np.array(0.25), "fan_in_rate(1.0, 16)")


@pytest.mark.task("gradient_descent")
@pytest.mark.points(0.5)
@pytest.mark.promise("gradient_descent.returns", "gradient_descent.start")
def test_a_path_of_no_steps(submission, rng):
    """gradient_descent: no steps, and a start that stays as it is."""
    start = rng.uniform(1, 3, size=3) * [1, -1, 1]
    none = callback(lambda theta: np.zeros(3))
    schedule = callback(Falling(), "rate")
    equal(submission.gradient_descent(none, start, schedule, 0), start[None], "a path of no steps")
    left = after_call(submission, "gradient_descent", callback(np.sign), start, schedule, 3)[1]
    equal(left, start, "the start after the call: work on a copy")
    path = submission.gradient_descent(callback(np.sign), start, schedule, 2)
    moved = 0.1 * (1 + np.exp(-0.5))
    equal(path[-1], start - moved * np.sign(start), "two steps along the signs of θ", rtol=1e-9)


class Falling:
    """The schedule α(t) = 0.1 exp(−t / 2)."""

    def rate(self, step):
        """Return α(step)."""
        return 0.1 * float(np.exp(-0.5 * step))
