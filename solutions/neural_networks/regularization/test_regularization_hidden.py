"""Hidden checks of the penalties: edge cases, dtypes, no weights."""

import numpy as np
import pytest

from autograder.checks import after_call, agrees, equal, refuses

PENALTIES = ["L2Penalty", "L1Penalty"]


def checked(test):
    """`test` for both penalties, each counted for its own task."""
    marks = [pytest.param(name, marks=pytest.mark.task(name), id=name) for name in PENALTIES]
    return pytest.mark.parametrize("name", marks)(test)


@checked
@pytest.mark.points(1)
@pytest.mark.promise("L2Penalty.raises", "L1Penalty.raises", "L2Penalty.value", "L1Penalty.value")
def test_nothing_to_penalise(submission, reference, rng, name):
    """The penalty is 0 without weights, with strength 0 and for weights of 0."""
    penalty, without = getattr(submission, name)(2.0), getattr(submission, name)(0.0)
    zeros, weights = {"W": np.zeros((2, 2))}, {"W": rng.normal(size=(2, 2)), "b": np.ones(3)}
    expected = getattr(reference, name)(2.0).value(weights)
    equal(penalty.value(weights), expected, "the penalty of weights, and none of a bias")
    equal(penalty.value({"b": np.ones(3)}), 0.0, "the penalty of a bias alone")
    equal(penalty.gradient({"b": np.ones(3)}), {}, "the gradient of a bias alone")
    equal(penalty.value(zeros), 0.0, "the penalty of weights of 0")
    equal(penalty.gradient(zeros), zeros, "the gradient at weights of 0")
    equal(without.value({"W": np.ones((2, 2))}), 0.0, "a penalty of strength 0")
    for strength in (-0.1, np.nan):
        refuses(submission, name, strength)


@checked
@pytest.mark.points(1)
@pytest.mark.promise("new-arrays", "unchanged")
def test_float32_and_arguments(submission, reference, rng, name):
    """float32 stays float32, and the parameters are not changed."""
    given = {"W": rng.normal(size=(3, 2)).astype(np.float32), "b": np.ones(2, np.float32)}
    ours, theirs = getattr(submission, name)(0.7), getattr(reference, name)(0.7)
    equal(ours.gradient(given), theirs.gradient(given), f"{name}.gradient, float32", rtol=1e-6)
    equal(ours.value(given), theirs.value(given), f"{name}.value of float32", rtol=1e-6)
    for method in ("value", "gradient"):
        (after,) = after_call(ours, method, given)
        equal(after, given, f"the parameters after {method}", rtol=0.0)


@pytest.mark.task("soft_threshold")
@pytest.mark.points(0.5)
@pytest.mark.promise("soft_threshold")
def test_thresholds_at_the_edge(submission, reference, rng):
    """soft_threshold: weights at the threshold, an amount of 0, float32 and no weights."""
    amount = rng.uniform(0.5, 2)
    weights = np.array([amount, -amount, 1.5 * amount])
    agrees(submission, reference, "soft_threshold", weights, amount)
    agrees(submission, reference, "soft_threshold", np.array([1.0, -2.0]), 0.0)
    agrees(submission, reference, "soft_threshold", np.array([3, -0.1], np.float32), 0.5, rtol=1e-6)
    agrees(submission, reference, "soft_threshold", np.zeros((0, 2)), 0.5)


@pytest.mark.task("fit_linear")
@pytest.mark.points(1)
@pytest.mark.promise("fit_linear")
def test_a_large_bias_without_steps_and_with_penalties(submission, reference, rng):
    """fit_linear: no steps; a bias that strong penalties leave alone."""
    x, y = rng.normal(size=(30, 2)), np.full(30, 7.0)
    agrees(submission, reference, "fit_linear", x, y, steps=0)
    w, b = agrees(submission, reference, "fit_linear", x - x.mean(axis=0), y, l1=50.0, l2=1.0)
    equal(b, 7.0, "the bias where all targets are 7 and the weights are 0", rtol=1e-6)
    equal(w, np.zeros(2), "the weights under strong penalties", atol=1e-9)
