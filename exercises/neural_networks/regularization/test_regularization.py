"""Checks of the penalties that you can see. `grade regularization` adds the hidden ones."""

import numpy as np
import pytest

from autograder.checks import equal, expect, finite
from framework.gradients.numerical import numerical_gradient

PENALTIES = ["L2Penalty", "L1Penalty"]


def parameters(rng):
    """Return parameters of a small network: two weight matrices and two biases."""
    shapes = {"W_1": (3, 4), "b_1": (4,), "W_2": (4, 2), "b_2": (2,)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def of_both(submission, reference, name, strength=0.1):
    """The penalty `name` of the submission and of the reference."""
    return getattr(submission, name)(strength), getattr(reference, name)(strength)


def checked(test):
    """`test` for both penalties, each counted for its own task."""
    marks = [pytest.param(name, marks=pytest.mark.task(name), id=name) for name in PENALTIES]
    return pytest.mark.parametrize("name", marks)(test)


@checked
@pytest.mark.points(2)
@pytest.mark.hint("Sum over the entries of both matrices, then multiply the sum by λ.")
def test_value(submission, reference, rng, name):
    """The value of the penalty."""
    ours, theirs = of_both(submission, reference, name)
    given = parameters(rng)
    equal(ours.value(given), theirs.value(given), f"{name}(0.1).value", rtol=1e-9)


@checked
@pytest.mark.points(2)
@pytest.mark.hint("The derivative of w² is 2 w, that of |w| is the sign of w.")
def test_gradient(submission, reference, rng, name):
    """The derivative with respect to each weight."""
    ours, theirs = of_both(submission, reference, name)
    given = parameters(rng)
    equal(ours.gradient(given), theirs.gradient(given), f"{name}(0.1).gradient", rtol=1e-9)


@checked
@pytest.mark.points(1)
@pytest.mark.hint("weights(parameters) leaves out biases, which have one axis.")
def test_biases_are_left_alone(submission, rng, name):
    """Biases are not penalised and have no gradient."""
    penalty, given = getattr(submission, name)(0.5), parameters(rng)
    before = penalty.value(given)
    expect(before > 0, f"the penalty of weights that are not 0 is {before}")
    given["b_1"] *= 100
    equal(penalty.value(given), before, "the penalty with biases 100 times larger", rtol=1e-12)
    found = set(penalty.gradient(given))
    expect(found == {"W_1", "W_2"}, f"the gradient names {sorted(found)}: W_1 and W_2 are weights")


@checked
@pytest.mark.points(1)
def test_gradient_is_the_derivative_of_the_value(submission, rng, name):
    """The gradient agrees with numerical gradients of your own value."""
    penalty = getattr(submission, name)(0.3)
    given = {"W": rng.normal(size=(2, 3)), "U": rng.normal(size=(1, 2, 2))}
    measured = numerical_gradient(penalty.value, given)
    equal(penalty.gradient(given), measured, f"{name}.gradient, numerically", rtol=1e-6)
    for key, slope in measured.items():
        finite(slope, f"the numerical derivative of {name}.value")
        expect(np.all(slope != 0), f"{name}.value does not depend on all of {key}")
