"""Hidden checks of the GRU: a gate that keeps the state, other shapes, masks with gaps."""

import numpy as np
import pytest

from autograder.checks import assign, equal, finite, in_float32, paired_models, refuses

RTOL = 1e-7


@pytest.mark.task("GRU")
@pytest.mark.points(4)
@pytest.mark.hint("With u = 0, h_t = h_{t−1}: is that what your formula gives?")
@pytest.mark.promise("u-of-0-keeps-the-state")
def test_u_keeps_the_state(submission, rng):
    """With u = 0 the state and its gradient do not change in 100 steps."""
    D, H = 2, 3
    model = submission.GRU(D, H, rng=rng)
    b = np.repeat([-1e3, 0.0, 0.0], H)
    assign(model, {"W_x": rng.normal(size=(D, 3 * H)), "W_h": np.zeros((H, 3 * H)), "b": b})
    h_0, grad_h = rng.normal(size=(2, H)), np.zeros((2, 100, H))
    model.forward(rng.normal(size=(2, 100, D)), h_0)
    equal(model.state, h_0, "h after 100 steps with u = 0", rtol=0.0)
    grad_h[:, -1] = rng.normal(size=(2, H))
    _, grad_h_0 = model.backward(grad_h)
    equal(grad_h_0, grad_h[:, -1], "the gradient of h_0, 100 steps before the loss", rtol=RTOL)


def other_shapes(submission, reference, rng, **options):
    """Compare gradients for other sizes, a second use, and float32."""
    for N, T, D, H in [(1, 1, 1, 1), (1, 9, 2, 5), (4, 2, 5, 1), (3, 30, 1, 3)]:
        pair = paired_models(submission, reference, "GRU", D, H, rng=rng, **options)
        pair.same_backward(rng.normal(size=(N, T, D)), rng.normal(size=(N, H)), rng=rng)
    pair.accumulates(rng.normal(size=(3, 4, 1)), rng=rng)
    refuses(pair.student, "forward", rng.normal(size=(2, 4, 2)))
    if in_float32(pair):
        x = rng.normal(size=(2, 4, 1)).astype(np.float32)
        pair.same_forward(x, rtol=1e-4)
        pair.same_backward(x, rng=rng, rtol=1e-4)


@pytest.mark.task("GRU")
@pytest.mark.points(5)
@pytest.mark.hint("Nothing in the layer may depend on a particular N, T, D or H.")
@pytest.mark.promise("GRU.forward.x", "arguments-stay", "float32-stays", "GRU.forward.raises")
def test_any_shape(submission, reference, rng):
    """A batch of one, sequences of 1 to 30 steps, sizes of 1, D ≠ H; float32; a second use."""
    other_shapes(submission, reference, rng)


@pytest.mark.task("ResetAfterStep")
@pytest.mark.hint("Nothing in the layer may depend on a particular N, T, D or H.")
@pytest.mark.promise("reset-after")
def test_any_shape_with_reset_after(submission, reference, rng):
    """GRU(reset_after=True): other sizes and lengths; float32; a second use."""
    other_shapes(submission, reference, rng, reset_after=True)


@pytest.mark.task("GRU")
@pytest.mark.points(1.5)
@pytest.mark.hint("Look at one row with words, then none, then words again.")
@pytest.mark.promise("padding-keeps-the-state", "masks-with-gaps", "GRU.backward")
def test_gaps(submission, reference, rng):
    """Masks with gaps, with no words at all, and without a state."""
    pair = paired_models(submission, reference, "GRU", 2, 3, rng=rng)
    mask = np.array([[True, False, True, False], [False, False, False, True], [False] * 4])
    x = rng.normal(size=(3, 4, 2))
    pair.same_backward(x, rng.normal(size=(3, 3)), mask, rng=rng)
    pair.same_backward(x, None, mask, rng=rng)


@pytest.mark.task("GRU")
@pytest.mark.points(1.75)
@pytest.mark.hint("Calls of forward are independent; backward belongs to the last one.")
@pytest.mark.promise("backward-of-the-last-forward")
def test_repeated_calls(submission, reference, rng):
    """Calls do not disturb each other, and backward belongs to the last forward."""
    pair = paired_models(submission, reference, "GRU", 3, 4, rng=rng)
    x = rng.normal(size=(2, 5, 3))
    once = pair.student.forward(x)
    mask = rng.random((3, 2)) < 0.5
    pair.same_forward(rng.normal(size=(3, 2, 3)), rng.normal(size=(3, 4)), mask)
    pair.same_backward(x, rng=rng)
    equal(pair.student.forward(x), once, "the states of the same x, read again")


@pytest.mark.task("GRU")
@pytest.mark.points(1.75)
@pytest.mark.hint("self.sigmoid is your own function: it never overflows, but exp(z) does.")
@pytest.mark.promise("finite")
def test_saturated(submission, reference, rng):
    """Inputs of ±1000 give finite states and gradients."""
    pair = paired_models(submission, reference, "GRU", 3, 4, rng=rng)
    x = rng.choice([-1e3, 1e3], size=(2, 4, 3))
    pair.same_forward(x)
    grad_x, grad_h_0 = pair.student.backward(rng.normal(size=(2, 4, 4)))
    finite(grad_x, "grad_x for inputs of ±1000")
    finite(grad_h_0, "grad_h_0 for inputs of ±1000")
