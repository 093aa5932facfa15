"""Checks of the gradient check that you can see. The course has hidden ones, too.

The functions run in the grader: your code calls them and receives their results.
"""

import numpy as np
import pytest

from autograder.checks import (
    agrees,
    callback,
    equal,
    expect,
    moves_the_callers_array,
    returns_new_arrays,
)


class Recorded:
    """A function that records the points at which it was evaluated."""

    def __init__(self, function):
        self.function = function
        self.points = []

    def __call__(self, x):
        """The value at `x`."""
        self.points.append(np.array(x))
        return self.function(x)


def cubic(x):
    """Σ x_i³/3: its gradient is x²."""
    return float((x**3).sum() / 3)


def bumpy(x):
    """Σ sin(x_i) + x_1 x_n: its gradient is cos(x), plus the other one at both ends."""
    return float(np.sin(x).sum() + x.flat[0] * x.flat[-1])


def cubic_of(a):
    """Σ a_i x_i³/3: its gradient is a x²."""
    return lambda x: float((a * x**3).sum() / 3)


def relu_of(a):
    """Σ a_i max(x_i, 0)."""
    return lambda x: float((a * np.maximum(x, 0.0)).sum())


def noisy(x, rng):
    """Σ x_i² over the units that a mask keeps."""
    return float((x**2 * (rng.random(np.shape(x)) < 0.5)).sum())


def decides(submission, function, gradient, x, expected, what, **settings):
    """The verdict on `gradient` must be `expected`."""
    outcome = submission.is_gradient.outcome(callback(function), gradient, x, **settings)
    equal(outcome.value, expected, f"is_gradient of {what}")
    equal(list(outcome.changed), [], "the arguments that is_gradient changes")


@pytest.mark.task("numerical_gradient")
@pytest.mark.points(2.25)
@pytest.mark.hint("(f(x + ε e_i) − f(x − ε e_i)) / 2ε, one entry at a time.")
@pytest.mark.promise("moves-the-array", "numerical_gradient.x")
def test_central_differences(submission, reference, rng):
    """numerical_gradient: central differences, for any shape of x."""
    for shape in ((5,), (2, 3), ()):
        x = rng.normal(size=shape)
        agrees(submission, reference, "numerical_gradient", callback(bumpy), x, rtol=1e-8)
    agrees(submission, reference, "numerical_gradient", callback(cubic), np.ones(3), 0.5)
    asked = callback(cubic), np.ones(3), 0.5
    expected = reference.numerical_gradient(*asked)
    returns_new_arrays(submission, "numerical_gradient", *asked, expected=expected)
    x = np.append(rng.normal(size=3), 1e-9)
    actual, after = moves_the_callers_array(submission, "numerical_gradient", x)
    what = "the numerical gradient of x · x, for an f that reads the very array x"
    equal(actual, 2 * x, what, rtol=1e-6)
    equal(after, x, "x afterwards", rtol=0.0)


@pytest.mark.task("numerical_gradient")
@pytest.mark.points(2.25)
@pytest.mark.hint("Keep x[i] in a variable and restore it afterwards.")
def test_one_entry_at_a_time(submission, rng):
    """numerical_gradient: two evaluations per entry, the other entries unchanged."""
    x, epsilon = rng.normal(size=(2, 2)), 1e-3
    f = Recorded(cubic)
    submission.numerical_gradient(callback(f), x, epsilon)
    expect(
        2 * x.size <= len(f.points) <= 2 * x.size + 1,
        f"x has {x.size} entries: f should be evaluated {2 * x.size} times, "
        f"but was {len(f.points)} times",
    )
    for point in f.points:
        moved = np.flatnonzero(point != x)
        expect(len(moved) <= 1, f"{len(moved)} entries of x are changed at once, not one")
        if len(moved):
            step = float(np.abs(point - x).max())
            equal(step, epsilon, "the change of an entry", rtol=1e-6)


@pytest.mark.task("numerical_gradient")
@pytest.mark.points(2.25)
@pytest.mark.hint("With a seed, f gets a new generator in each evaluation: see `evaluate`.")
@pytest.mark.promise("same-draws")
def test_function_with_chance(submission, reference, rng):
    """numerical_gradient: with a seed, f draws the same random numbers every time."""
    x = rng.normal(size=6)
    agrees(submission, reference, "numerical_gradient", callback(noisy), x, seed=3)


@pytest.mark.task("relative_error")
@pytest.mark.points(2.25)
@pytest.mark.hint("The difference divided by the larger of the two sizes, at the worst entry.")
@pytest.mark.promise("unchanged")
def test_relative_error(submission, reference, rng):
    """relative_error: the worst entry, relative to the larger number."""
    a, n = rng.normal(size=(2, 3, 4))
    agrees(submission, reference, "relative_error", a, n)
    agrees(submission, reference, "relative_error", n, a)
    agrees(submission, reference, "relative_error", np.array([1.0, -1.0]), np.array([1.0, 1.0]))


@pytest.mark.task("relative_error")
@pytest.mark.points(2.25)
@pytest.mark.hint("max(|a|, |n|, floor): a number below the floor counts as the floor.")
def test_floor(submission, reference, rng):
    """relative_error: zeros and tiny numbers are divided by the floor."""
    zero = np.zeros(3)
    equal(submission.relative_error(zero, zero), 0.0, "the error of two zeros")
    equal(submission.relative_error(zero[:0], zero[:0]), 0.0, "the error of empty arrays")
    tiny = np.array([0.0, 1e-9, -1e-9]) * rng.uniform(0.5, 2)
    agrees(submission, reference, "relative_error", tiny, zero)
    agrees(submission, reference, "relative_error", tiny, zero, 1e-8)
    agrees(submission, reference, "relative_error", np.array([3e-6]), np.array([-3e-6]))


@pytest.mark.task("is_gradient")
@pytest.mark.points(3.5)
@pytest.mark.hint("A relative error of at most `tolerance` at every entry.")
@pytest.mark.promise("unchanged")
def test_right_and_wrong(submission, rng):
    """is_gradient: accepts a right gradient, rejects one with a single wrong entry."""
    x = rng.uniform(0.5, 2.0, size=(3, 3))
    a = rng.uniform(1.0, 2.0, size=x.shape) * rng.choice([-1.0, 1.0], size=x.shape)
    f, right = cubic_of(a), a * x**2
    decides(submission, f, right, x, True, "the right gradient")
    for what, wrong in {
        "−1 times the gradient": -right,
        "twice the gradient": 2 * right,
        "the gradient over the number of entries": right / right.size,
        "the gradient transposed": right.T.copy(),
        "no gradient at all": np.zeros_like(right),
    }.items():
        decides(submission, f, wrong, x, False, what)
    gradient = right.copy()
    gradient[1, 2] *= 1.001
    decides(submission, f, gradient, x, False, "a gradient with one entry 0.1 % off")


@pytest.mark.task("is_gradient")
@pytest.mark.points(3.5)
@pytest.mark.hint("Where the slopes on both sides differ, all values between them are right.")
def test_kinks(submission, rng):
    """is_gradient: at a kink it accepts the slopes between both sides and no others."""
    x = np.array([1.0, 0.0, -1.0])
    for a in rng.uniform(1.0, 3.0, size=(2, 3)) * np.array([[1.0], [-1.0]]):
        for part, expected in ((0.0, True), (0.5, True), (1.0, True), (-0.5, False), (1.5, False)):
            claim = a * np.array([1.0, part, 0.0])
            what = f"a ReLU times {a[1]:.3g}, with slope {claim[1]:.3g} at 0"
            decides(submission, relu_of(a), claim, x, expected, what)


@pytest.mark.task("is_gradient")
@pytest.mark.points(2.25)
@pytest.mark.hint("An absolute tolerance of 1e-5 accepts every error below 1e-5.")
def test_tiny_gradients(submission, rng):
    """is_gradient: rejects a gradient of 1e-6 with the wrong sign."""
    x = rng.normal(size=4)
    slopes = rng.uniform(1e-6, 5e-6, size=4) * rng.choice([-1.0, 1.0], size=4)

    def gentle(point):
        return float(slopes @ point)

    decides(submission, gentle, slopes, x, True, "the right gradient, of size 1e-6")
    decides(submission, gentle, -slopes, x, False, "its opposite")
