"""Hidden checks of the losses: kinks, extreme scores, other shapes and dtypes, bad targets."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import agrees, equal, expect, finite, refuses


def same_gradients(loss, other, *arrays, rtol=1e-7):
    """Compare forward, then backward; a second backward must return the same."""
    agrees(loss, other, "forward", *arrays, rtol=rtol)
    first = agrees(loss, other, "backward", rtol=rtol)
    equal(loss.backward(), first, "what a second backward returns", rtol=rtol)


@pytest.mark.task("MaxMarginLoss")
@pytest.mark.points(2)
@pytest.mark.hint("A satisfied pair costs nothing: both of its gradients are exactly 0.")
@pytest.mark.promise("kink-is-satisfied", "MaxMarginLoss.raises")
def test_max_margin_satisfied(submission, reference, rng):
    """MaxMarginLoss: gradient 0 for satisfied pairs and at the kink; any margin."""
    for margin in (0.0, 0.5, 2.0):
        loss = submission.MaxMarginLoss(margin)
        s_c = rng.integers(-64, 65, size=3) / 16  # exact, and so is the kink
        for distance, wrong in ((margin, 0.0), (margin + 1.0, 0.0), (margin - 0.25, 1.0)):
            cost = loss.forward(s_c + distance, s_c)
            what = f"with Δ = {margin:g} and s − s_c = {distance:g}"
            equal(cost, 0.25 * wrong, f"J {what}")
            grad_true, grad_corrupt = loss.backward()
            equal(grad_true, np.full(3, -wrong / 3), f"the gradient of s {what}")
            equal(grad_corrupt, np.full(3, wrong / 3), f"the gradient of s_c {what}")


@pytest.mark.task("MaxMarginLoss")
@pytest.mark.points(2)
@pytest.mark.hint("The mean runs over all entries, for any shape; NaN + anything is NaN.")
@pytest.mark.promise(
    "margin-mean",
    "nan",
    "errors",
    "unchanged",
    "backward-twice",
    "MaxMarginLoss.raises",
    "MaxMarginLoss.forward.raises",
)
def test_max_margin_shapes(submission, reference, rng):
    """MaxMarginLoss: any shape and dtype, used twice; NaN; shapes that differ."""
    loss, other = submission.MaxMarginLoss(), reference.MaxMarginLoss()
    for shape in ((1,), (2, 3), (2, 1, 4)):
        same_gradients(loss, other, rng.normal(size=shape), rng.normal(size=shape))
    single = rng.normal(size=(2, 5)).astype(np.float32)
    same_gradients(loss, other, *single, rtol=1e-5)
    shows = loss.forward(np.array([np.nan, 5.0]), np.zeros(2))
    expect(np.isnan(shows), f"J is {shows:g} though a score is NaN: it should be NaN")
    refuses(loss, "forward", np.zeros(3), np.zeros(4))
    refuses(loss, "forward", np.zeros(0), np.zeros(0))
    for margin in (-0.5, np.nan):
        refuses(submission, "MaxMarginLoss", margin)


@pytest.mark.task("SoftmaxCrossEntropy")
@pytest.mark.points(4)
@pytest.mark.hint(
    "Shift each row by its largest score; log p_y = z_y − log Σ exp(z), never log(p_y)."
)
@pytest.mark.promise("large-scores")
def test_cross_entropy_large_scores(submission, reference, rng):
    """SoftmaxCrossEntropy: finite and correct for scores of ±1e4."""
    loss, other = submission.SoftmaxCrossEntropy(), reference.SoftmaxCrossEntropy()
    z = np.array([[1e4, -1e4, 0.0], [-1e4, -1e4 - 1, -1e4 - 2], [1e4, 1e4 - 1, 1e4 - 2]])
    for y in ([0, 0, 0], [1, 1, 1], [2, 0, 2]):
        cost = loss.forward(z, np.array(y))
        finite(cost, "J for scores of ±1e4")
        finite(loss.backward(), "the gradient for scores of ±1e4")
        same_gradients(loss, other, z, np.array(y))
    equal(loss.forward(z[:1], np.array([1])), 2e4, "J of class 1 for scores 1e4, −1e4, 0")
    z = rng.normal(size=(4, 5))
    y = rng.integers(5, size=4)
    for shift in (-1e4, 1e4):
        equal(loss.forward(z + shift, y), loss.forward(z, y), f"J after z {shift:+g}", rtol=1e-7)


@pytest.mark.task("SoftmaxCrossEntropy")
@pytest.mark.points(4)
@pytest.mark.hint("M is the number of all targets: N · T for targets (N, T), not N.")
@pytest.mark.promise(
    "mean-of-all-targets",
    "classes-in-range",
    "unchanged",
    "backward-twice",
    "SoftmaxCrossEntropy.forward.raises",
)
def test_cross_entropy_shapes(submission, reference, rng):
    """SoftmaxCrossEntropy: any shape and dtype, NaN; targets out of range."""
    loss, other = submission.SoftmaxCrossEntropy(), reference.SoftmaxCrossEntropy()
    for shape in ((1,), (3, 2), (2, 1, 4), ()):
        z, y = rng.normal(size=(*shape, 5)), np.asarray(rng.integers(5, size=shape))
        same_gradients(loss, other, z, y)
    single = rng.normal(size=(4, 3)).astype(np.float32)
    same_gradients(loss, other, single, np.array([0, 2, 1, 1]), rtol=1e-5)
    shows = loss.forward(np.array([[np.nan, 0.0], [1.0, 0.0]]), np.array([1, 0]))
    expect(np.isnan(shows), f"J is {shows:g} though a score is NaN: it should be NaN")
    for wrong in ([0, 3], [-1, 0]):
        refuses(loss, "forward", np.zeros((2, 3)), np.array(wrong), error=("IndexError",))
    refuses(loss, "forward", np.zeros((2, 3)), np.array([0.0, np.nan]), error=("IndexError",))
    refuses(loss, "forward", np.zeros((2, 3)), np.array([0]))
    refuses(loss, "forward", np.zeros((0, 3)), np.zeros(0, dtype=np.int64))
