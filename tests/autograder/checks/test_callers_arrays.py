"""What a caller does to a result must not reach what comes later."""

import numpy as np
import pytest

from autograder.checks import (
    CheckFailed,
    equal,
    moves_the_callers_array,
    paired_models,
    returns_new_arrays,
)
from framework.interfaces import Model


class Square(Model):
    """y = w x², which keeps x² for backward and its last row as state."""

    def __init__(self, shared=""):
        super().__init__()
        self.add_parameter("w", np.ones(1))
        self.shared = shared

    def forward(self, x):
        self.x, y = x, self.parameters["w"] * x**2
        self.y = y if self.shared == "backward" else y.copy()
        self.state = y[-1] if self.shared == "state" else y[-1].copy()
        return y.T.swapaxes(0, 1)  # a view

    def backward(self, grad_output):
        self.gradients["w"] += (grad_output * self.y).sum()
        return grad_output * 2 * self.y / self.x


@pytest.fixture
def keeps_to_itself(remote, draws):
    """A check of `Square` that shares an array in the given way."""

    def check(shared):
        modules = remote(Square=Square), remote(Square=Square)
        pair = paired_models(*modules, "Square", shared)
        pair.result_is_the_callers(draws.uniform(1, 2, size=(2, 3)), rng=draws, keeps=["state"])

    return check


def test_a_layer_with_arrays_of_its_own_passes(keeps_to_itself):
    keeps_to_itself("")


@pytest.mark.parametrize(
    ("shared", "what"),
    [("backward", "the gradient that backward returns"), ("state", "self.state")],
)
def test_a_layer_that_returns_what_it_keeps_fails(keeps_to_itself, shared, what):
    with pytest.raises(CheckFailed, match=f"{what} is another one after the caller has changed"):
        keeps_to_itself(shared)


def slopes(f, x):
    """Return the numerical gradient of f, moving `x` itself."""
    found = np.zeros_like(x)
    for i in range(len(x)):
        kept = x[i]
        x[i] = kept + 1e-5
        above = f(x)
        x[i] = kept - 1e-5
        found[i] = (above - f(x)) / 2e-5
        x[i] = kept
    return found


@pytest.mark.parametrize(
    ("function", "factor"), [(slopes, 2), (lambda f, x: slopes(f, x.copy()), 1)]
)
def test_a_copy_that_is_moved_shows(remote, function, factor):
    x = np.arange(1.0, 4.0)
    found, after = moves_the_callers_array(remote(f=function), "f", x)
    equal(found, factor * x, "the gradient", rtol=1e-6)
    equal(after, x, "x afterwards")


def test_a_function_that_returns_the_same_array_again_fails(remote):
    same = np.zeros(2)
    module = remote(new=np.zeros, same=lambda n: same)
    returns_new_arrays(module, "new", 2, expected=np.zeros(2))
    with pytest.raises(CheckFailed, match="same returns something else after the caller"):
        returns_new_arrays(module, "same", 2, expected=np.zeros(2))
