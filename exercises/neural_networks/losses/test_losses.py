"""Public checks of the losses: values by hand, means over the batch, gradients."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import InstanceCalls, agrees, equal, used_in_turn

S = np.array([2.0, 0.5, -1.0, 0.3])
S_C = np.array([0.0, 0.0, 1.0, 0.8])


@pytest.mark.task("MaxMarginLoss")
@pytest.mark.points(2)
@pytest.mark.hint("A pair costs Δ + s_c − s if this is positive, and 0 otherwise.")
def test_max_margin_by_hand(submission, rng):
    """MaxMarginLoss: the cost of one pair."""
    loss = submission.MaxMarginLoss()
    for s, s_c, cost in ((2.0, 0.0, 0.0), (0.5, 0.0, 0.5), (-1.0, 1.0, 3.0), (0.0, 0.0, 1.0)):
        actual = loss.forward(np.array([s]), np.array([s_c]))
        equal(actual, cost, f"J for s = {s:g}, s_c = {s_c:g}, margin 1")
    s, s_c = rng.uniform(-0.5, 0.5, size=2)
    actual = loss.forward(np.array([s]), np.array([s_c]))
    equal(actual, 1 + s_c - s, f"J for s = {s:g}, s_c = {s_c:g}, margin 1")
    no_margin = submission.MaxMarginLoss(0.0)
    equal(no_margin.forward(np.array([0.5]), np.array([0.0])), 0.0, "J for s = 0.5, s_c = 0, Δ = 0")
    equal(loss.forward(np.array([np.nan]), np.zeros(1)), np.nan, "J for s = NaN")
    loss.forward(np.ones(1), np.zeros(1))
    equal(loss.backward()[1], np.zeros(1), "the gradient of s_c at the kink, s = 1 and s_c = 0")


@pytest.mark.task("MaxMarginLoss")
@pytest.mark.points(2)
@pytest.mark.hint("Apply max(0, ·) to each pair first, then take the mean over all N pairs.")
@pytest.mark.promise("unchanged", "losses")
def test_max_margin_mean(submission, reference, rng):
    """MaxMarginLoss: the mean over the batch, satisfied pairs included."""
    loss, other = submission.MaxMarginLoss(0.7), reference.MaxMarginLoss(0.7)
    equal(submission.MaxMarginLoss().forward(S, S_C), 5.0 / 4, "J of the README's four pairs")
    agrees(loss, other, "forward", rng.normal(size=9), rng.normal(size=9))


@pytest.mark.task("MaxMarginLoss")
@pytest.mark.points(4)
@pytest.mark.hint(
    "A violated pair has the gradients −1/N for s and 1/N for s_c, a satisfied pair has 0."
)
@pytest.mark.promise("dtype")
def test_max_margin_backward(submission, reference, rng):
    """MaxMarginLoss: the gradients of both scores."""
    loss, other = submission.MaxMarginLoss(), reference.MaxMarginLoss()
    arrays = [rng.normal(size=(2, 4)), rng.normal(size=(2, 4))]
    for model in (loss, other):  # another check compares what they return
        model.forward(*arrays)
    agrees(loss, other, "backward")
    losses = [
        InstanceCalls(submission.MaxMarginLoss, [("forward", *scores), ("backward",)])
        for scores in (arrays, rng.normal(size=(2, 2, 4)))
    ]
    used_in_turn(submission, *losses)
    single = [array.astype(np.float32) for array in arrays]
    for model in (loss, other):
        model.forward(*single)
    agrees(loss, other, "backward")


@pytest.mark.task("SoftmaxCrossEntropy")
@pytest.mark.points(2)
@pytest.mark.hint(
    "−log of the probability of the right class, and the mean of it over all targets."
)
@pytest.mark.promise("unchanged", "losses")
def test_cross_entropy_forward(submission, reference, rng):
    """SoftmaxCrossEntropy: the mean of −log p[y]."""
    loss, other = submission.SoftmaxCrossEntropy(), reference.SoftmaxCrossEntropy()
    blind = loss.forward(np.zeros((3, 5)), np.array([0, 2, 4]))
    equal(blind, float(np.log(5.0)), "J where all 5 classes are equally likely")
    z = np.log(np.array([[2.0, 1.0, 1.0]]))
    equal(loss.forward(z, np.array([0])), float(np.log(2.0)), "J for p = [1/2, 1/4, 1/4], y = 0")
    equal(loss.forward(z, np.array([2])), float(np.log(4.0)), "J for p = [1/2, 1/4, 1/4], y = 2")
    agrees(loss, other, "forward", rng.normal(size=(6, 4)), rng.integers(4, size=6))
    far = np.array([[1e4, -1e4, 0.0], [-1e4, -1e4 - 1, -1e4]])
    equal(loss.forward(far[:1], np.array([1])), 2e4, "J of class 1 for scores 1e4, −1e4, 0")
    agrees(loss, other, "forward", far, np.array([1, 1]))


@pytest.mark.task("SoftmaxCrossEntropy")
@pytest.mark.points(4)
@pytest.mark.hint("p − onehot(y), divided by the number of targets, because J is a mean.")
@pytest.mark.promise("dtype")
def test_cross_entropy_backward(submission, reference, rng):
    """SoftmaxCrossEntropy: the gradient is (p − onehot(y)) / M."""
    loss, other = submission.SoftmaxCrossEntropy(), reference.SoftmaxCrossEntropy()
    z, y = rng.normal(size=(3, 2, 4)), rng.integers(4, size=(3, 2))
    for model in (loss, other):  # another check compares what they return
        model.forward(z, y)
    gradient = agrees(loss, other, "backward")
    what = "the sum of each row of the gradient"
    equal(gradient.sum(axis=-1), np.zeros((3, 2)), what, atol=1e-12)
    equal(loss.backward(), gradient, "the gradient of a second backward")
    others = rng.normal(size=(2, 3, 4)), rng.integers(4, size=(2, 3))
    losses = [
        InstanceCalls(submission.SoftmaxCrossEntropy, [("forward", *pair), ("backward",)])
        for pair in ((z, y), others)
    ]
    used_in_turn(submission, *losses)
    for model in (loss, other):
        model.forward(z.astype(np.float32), y)
    agrees(loss, other, "backward", rtol=1e-5)
