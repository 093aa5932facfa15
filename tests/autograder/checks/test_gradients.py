"""The numerical check passes right layers and names what is wrong in wrong ones."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import CheckFailed, gradients_agree

X = np.random.default_rng(5).normal(size=(4, 3))


def flips_a_sign(layer, grad_a):
    layer.gradients["W"][1, 0] *= -1


def averages(layer, grad_a):
    layer.gradients["W"] /= len(layer.x)


def last_bias_only(layer, grad_a):
    layer.gradients["b"][:] = grad_a[-1]


@pytest.fixture
def check(remote, affine, draws):
    """Check a layer whose backward is right but for `spoil`."""

    def check(spoil=None, returned=None):
        class Spoilt(affine):
            def backward(self, grad_output):
                grad_x = super().backward(grad_output)
                if spoil is not None:
                    spoil(self, grad_output * (1 - self.y**2))
                return grad_x if returned is None else returned(grad_x)

        gradients_agree(remote(Layer=Spoilt).Layer(3, 2, rng=draws), X, rng=draws)

    return check


def test_a_right_layer_passes(check):
    check()


@pytest.mark.parametrize(
    ("spoil", "named"),
    [(flips_a_sign, "W"), (averages, "W"), (last_bias_only, "b")],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_the_parameter_whose_gradient_is_wrong_is_named(check, spoil, named):
    with pytest.raises(CheckFailed) as caught:
        check(spoil)
    assert f"gradient of parameter {named}" in caught.value.message


def test_the_worst_entry_is_told_with_its_ratio(check):
    with pytest.raises(CheckFailed) as caught:
        check(flips_a_sign)
    told = " ".join(caught.value.details)
    assert "[1, 0]" in told
    assert "(ratio -1)" in told


def test_the_gradient_of_an_input(check):
    with pytest.raises(CheckFailed, match="gradient of input 1"):
        check(returned=lambda grad: -grad)


def test_an_input_gradient_of_another_shape(check):
    with pytest.raises(CheckFailed, match=r"input 1 .*shape \(4, 3\)"):
        check(returned=lambda grad: grad.T)


def test_a_kink_between_two_points_is_no_mistake(remote, draws):
    class Kink:
        def __init__(self):
            self.parameters, self.gradients = {}, {}

        def zero_gradients(self):
            pass

        def forward(self, x):
            self.x = x
            return np.abs(x)

        def backward(self, grad_output):
            return grad_output * np.where(self.x >= 0, 1.0, -1.0)

    gradients_agree(remote(Kink=Kink).Kink(), np.array([[0.0, 1.0, -2.0]]), rng=draws)
