"""Hidden checks of the GRU: a gate that keeps the state, other shapes, masks with gaps."""

import numpy as np
import pytest

from autograder.checks import assign, equal, finite, in_float32, paired_models, refuses

RTOL = 1e-7


@pytest.mark.task("GRU")
@pytest.mark.points(4)
@pytest.mark.hint("With u = 0, h_t = h_{t−1}: is that what your formula gives?")
@pytest.mark.promise("we-follow-lecture")
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


@pytest.mark.task("GRU")
@pytest.mark.points(5)
@pytest.mark.hint("Nothing in the layer may depend on a particular N, T, D or H.")
@pytest.mark.parametrize("reset_after", [False, True])
@pytest.mark.promise("GRU.forward.x", "unchanged", "dtype", "GRU.forward.raises")
def test_any_shape(submission, reference, rng, reset_after):
    """A batch of one, sequences of 1 to 30 steps, sizes of 1, D ≠ H; float32; a second use."""
    for N, T, D, H in [(1, 1, 1, 1), (1, 9, 2, 5), (4, 2, 5, 1), (3, 30, 1, 3)]:
        pair = paired_models(submission, reference, "GRU", D, H, reset_after=reset_after, rng=rng)
        pair.same_backward(rng.normal(size=(N, T, D)), rng.normal(size=(N, H)), rng=rng)
    pair.accumulates(rng.normal(size=(3, 4, 1)), rng=rng)
    refuses(pair.student, "forward", rng.normal(size=(2, 4, 2)))
    if in_float32(pair):
        x = rng.normal(size=(2, 4, 1)).astype(np.float32)
        pair.same_forward(x, rtol=1e-5)
        pair.same_backward(x, rng=rng, rtol=1e-5)


@pytest.mark.task("GRU")
@pytest.mark.points(1.75)
@pytest.mark.hint("Look at one row with words, then none, then words again.")
@pytest.mark.parametrize("reset_after", [False, True])
@pytest.mark.promise("unchanged-step", "any-input", "GRU.backward")
def test_gaps(submission, reference, rng, reset_after):
    """Masks with gaps, with no words at all, and without a state."""
    pair = paired_models(submission, reference, "GRU", 2, 3, reset_after=reset_after, rng=rng)
    mask = np.array([[True, False, True, False], [False, False, False, True], [False] * 4])
    x = rng.normal(size=(3, 4, 2))
    pair.same_backward(x, rng.normal(size=(3, 3)), mask, rng=rng)
    pair.same_backward(x, None, mask, rng=rng)


@pytest.mark.task("GRU")
@pytest.mark.points(1.75)
@pytest.mark.hint("Calls of forward are independent; backward belongs to the last one.")
@pytest.mark.promise("independent-calls")
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
