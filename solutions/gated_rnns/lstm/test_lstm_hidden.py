"""Hidden checks of the LSTM: gates that keep the cell, other shapes, masks with gaps."""

import numpy as np
import pytest

from autograder.checks import (
    assign,
    equal,
    expect,
    finite,
    in_float32,
    paired_models,
    refuses,
)

RTOL = 1e-7


def states(rng, N, H):
    """h_0 and c_0."""
    return rng.normal(size=(N, H)), rng.normal(size=(N, H))


def remembering(model, D, H, rng):
    """Set f = 1 and i = 0 for every input: c never changes."""
    b = np.repeat([-1e3, 1e3, 0.0, 0.0], H)
    assign(model, {"W_x": rng.normal(size=(D, 4 * H)), "W_h": np.zeros((H, 4 * H)), "b": b})


@pytest.mark.task("LSTM")
@pytest.mark.points(4)
@pytest.mark.hint("With f = 1 and i = 0, c_t = c_{t−1}: is that what your formula gives?")
@pytest.mark.promise("open-forget-gate-keeps-the-cell", "padding-passes-the-gradients-on")
def test_a_cell_remembers(submission, rng):
    """With f = 1 and i = 0 the cell keeps its content for 100 steps, and so does its gradient."""
    D, H = 2, 3
    model = submission.LSTM(D, H, rng=rng)
    remembering(model, D, H, rng)
    h_0, c_0 = states(rng, 2, H)
    h = model.forward(rng.normal(size=(2, 100, D)), (h_0, c_0))
    equal(model.state[1], c_0, "c after 100 steps with f = 1 and i = 0", rtol=RTOL)
    grad_h = np.zeros((2, 100, H))
    grad_h[:, -1] = 1.0
    expect(np.all(h != 0), "h is 0 although c is not")
    _, (_, grad_c_0) = model.backward(grad_h)
    slope = h[:, -1] / np.tanh(c_0) * (1 - np.tanh(c_0) ** 2)  # o (1 − tanh²(c)), o at the end
    equal(grad_c_0, slope, "the gradient of c_0, 100 steps before the loss", rtol=1e-6)
    finite(slope, "h after 100 steps")
    expect(np.all(slope != 0), "h is 0 after 100 steps, where c is not")


@pytest.mark.task("LSTM")
@pytest.mark.points(4)
@pytest.mark.hint("Nothing in the layer may depend on a particular N, T, D or H.")
@pytest.mark.promise("LSTM.forward.x", "float32-stays", "LSTM.forward.raises")
def test_any_shape(submission, reference, rng):
    """A batch of one, sequences of 1 to 30 steps, sizes of 1, D ≠ H; float32 stays float32."""
    for N, T, D, H in [(1, 1, 1, 1), (1, 9, 2, 5), (4, 2, 5, 1), (3, 30, 1, 3)]:
        pair = paired_models(submission, reference, "LSTM", D, H, rng=rng)
        pair.same_backward(rng.normal(size=(N, T, D)), states(rng, N, H), rng=rng)
    refuses(pair.student, "forward", rng.normal(size=(2, 4, 2)))
    if in_float32(pair):
        x = rng.normal(size=(2, 4, 1)).astype(np.float32)
        pair.same_forward(x, rtol=1e-4)
        pair.same_backward(x, rng=rng, rtol=1e-4)


@pytest.mark.task("LSTM")
@pytest.mark.points(3)
@pytest.mark.hint("Look at one row with words, then none, then words again.")
@pytest.mark.promise(
    "padding-keeps-the-states",
    "masks-with-gaps",
    "padding-passes-the-gradients-on",
    "LSTM.backward",
)
def test_gaps(submission, reference, rng):
    """Masks with gaps, with no words at all, and without a state."""
    pair = paired_models(submission, reference, "LSTM", 2, 3, rng=rng)
    mask = np.array([[True, False, True, False], [False, False, False, True], [False] * 4])
    x = rng.normal(size=(3, 4, 2))
    pair.same_backward(x, states(rng, 3, 3), mask, rng=rng)
    pair.same_backward(x, None, mask, rng=rng)
    words = x.copy()
    words[~mask] = 1e3  # values at padding must not matter
    equal(
        pair.student.forward(words, None, mask), pair.student.forward(x, None, mask),
        "the states for other values where there are no words", rtol=RTOL,
    )  # fmt: skip


@pytest.mark.task("LSTM")
@pytest.mark.points(3)
@pytest.mark.hint("Calls of forward are independent; backward belongs to the last one.")
@pytest.mark.promise("backward-of-the-last-forward")
def test_repeated_calls(submission, reference, rng):
    """Calls do not disturb each other, and backward belongs to the last forward."""
    pair = paired_models(submission, reference, "LSTM", 3, 4, rng=rng)
    x = rng.normal(size=(2, 5, 3))
    once = pair.student.forward(x)
    mask = rng.random((3, 2)) < 0.5
    pair.same_forward(rng.normal(size=(3, 2, 3)), states(rng, 3, 4), mask)
    pair.same_backward(x, rng=rng)
    equal(pair.student.forward(x), once, "the states of the same x, read again")


@pytest.mark.task("LSTM")
@pytest.mark.points(1.5)
@pytest.mark.hint("self.sigmoid is your own function: it never overflows, but exp(z) does.")
@pytest.mark.promise("finite")
def test_saturated(submission, reference, rng):
    """Inputs of ±1000 give finite states and gradients."""
    pair = paired_models(submission, reference, "LSTM", 3, 4, rng=rng)
    x = rng.choice([-1e3, 1e3], size=(2, 4, 3))
    pair.same_forward(x)
    grad_x, grad_state = pair.student.backward(rng.normal(size=(2, 4, 4)))
    finite(grad_x, "grad_x for inputs of ±1000")
    for part in grad_state:
        finite(part, "the gradient of the state for inputs of ±1000")
    expect(np.all(np.abs(pair.student.state[0]) <= 1), "h = o ∘ tanh(c) lies within [−1, 1]")
