"""What the losses' solution promises beyond its checks: silence, and messages that help."""

import numpy as np
import pytest

from solutions.neural_networks.losses.losses import MaxMarginLoss, SoftmaxCrossEntropy


@pytest.mark.parametrize("size", [1e4, -1e4, 1e300])
def test_large_scores_raise_no_warning(size):
    """Warnings are errors here."""
    loss = SoftmaxCrossEntropy()
    assert loss.forward(np.array([[size, 0.0]]), np.array([0 if size > 0 else 1])) == 0
    np.testing.assert_array_equal(loss.backward(), 0)
    margin = MaxMarginLoss()
    assert margin.forward(np.array([size]), np.array([-size])) == max(0.0, 1 - 2 * size)


def test_the_gradient_belongs_to_the_caller():
    """Who scales it in place finds the next one as it should be."""
    loss = SoftmaxCrossEntropy()
    loss.forward(np.zeros((1, 2)), np.array([0]))
    loss.backward()[...] = 0
    np.testing.assert_array_equal(loss.backward(), [[-0.5, 0.5]])


@pytest.mark.parametrize(
    ("targets", "error", "message"),
    [
        (np.array([0, 3]), IndexError, "classes 0 to 2, received 0 to 3"),
        (np.array([0, -1]), IndexError, "received -1 to 0"),
        (np.array([0, np.nan]), IndexError, "integers, but these are float64"),
        (np.array([0]), ValueError, r"received \(2, 3\) and \(1,\)"),
        (np.array([[0, 1]]), ValueError, r"received \(2, 3\) and \(1, 2\)"),
    ],
)
def test_targets_that_do_not_fit_are_refused(targets, error, message):
    with pytest.raises(error, match=message):
        SoftmaxCrossEntropy().forward(np.zeros((2, 3)), targets)


def test_scores_and_margins_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"got \(2,\) and \(3,\)"):
        MaxMarginLoss().forward(np.zeros(2), np.zeros(3))
    for margin in (-1.0, np.nan):
        with pytest.raises(ValueError, match=f"0 or more, but got {margin}"):
            MaxMarginLoss(margin)
