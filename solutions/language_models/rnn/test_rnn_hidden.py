"""Hidden checks of the recurrent layer: other shapes, truncation, repeated calls."""

import numpy as np
import pytest

from autograder.checks import equal, expect, finite, in_float32, paired_models, refuses

RTOL = 1e-7


@pytest.mark.task("RNN")
@pytest.mark.points(3)
@pytest.mark.hint("Nothing in the layer may depend on a particular N, T, D or H.")
@pytest.mark.promise("RNN.forward.x", "float32-stays", "RNN.raises")
def test_any_shape(submission, reference, rng):
    """A batch of one, sequences of 1 to 40 steps, sizes of 1, D ≠ H; float32 stays float32."""
    for N, T, D, H in [(1, 1, 1, 1), (1, 9, 2, 5), (4, 2, 5, 1), (3, 40, 1, 3)]:
        pair = paired_models(submission, reference, "RNN", D, H, rng=rng)
        x, h_0 = rng.normal(size=(N, T, D)), rng.normal(size=(N, H))
        pair.same_forward(x, h_0)
        pair.same_backward(x, h_0, rng=rng)
    pair = paired_models(submission, reference, "RNN", 2, 3, rng=rng)
    if in_float32(pair):
        x, h_0 = (rng.normal(size=shape).astype(np.float32) for shape in ((2, 4, 2), (2, 3)))
        pair.same_forward(x, h_0, rtol=1e-4)
        pair.same_backward(x, h_0, rng=rng, rtol=1e-4)


@pytest.mark.task("RNN")
@pytest.mark.points(1)
@pytest.mark.hint("h_0 = None means zeros, and backward returns grad_h_0 in that case too.")
@pytest.mark.promise("RNN.forward.h_0", "gradients-of-x-and-the-first-state")
def test_default_state(submission, reference, rng):
    """Without h_0 the layer starts from zeros, and backward returns both gradients."""
    pair = paired_models(submission, reference, "RNN", 2, 3, rng=rng)
    x = rng.normal(size=(4, 5, 2))
    pair.same_backward(x, rng=rng)
    given = pair.student.forward(x, np.zeros((4, 3)))
    equal(pair.student.forward(x), given, "the states without h_0 against those from zeros")


@pytest.mark.task("RNN")
@pytest.mark.points(2)
@pytest.mark.hint("The gradient of step t reaches the steps before t, and no step after.")
@pytest.mark.promise("RNN.backward")
def test_gradient_flows_back_only(submission, reference, rng):
    """The loss at one step has a gradient at all inputs up to it, and at none after it."""
    model = paired_models(submission, reference, "RNN", 3, 4, rng=rng).student
    x, h_0 = rng.normal(size=(2, 5, 3)), rng.normal(size=(2, 4))
    for t in range(5):
        model.forward(x, h_0)
        grad_h = np.zeros((2, 5, 4))
        grad_h[:, t] = rng.normal(size=(2, 4))
        grad_x, grad_h_0 = model.backward(grad_h)
        before, after = grad_x[:, : t + 1], grad_x[:, t + 1 :]
        expect(
            np.all(after == 0),
            f"h[:, {t}] has a gradient at a later x, which it does not depend on",
        )
        expect(
            np.any(before != 0, axis=(0, 2)).all(),
            f"grad_x is 0 at a step that h[:, {t}] depends on",
        )
        expect(np.any(grad_h_0 != 0), f"grad_h_0 is 0 for a gradient at h[:, {t}]")


@pytest.mark.task("RNN")
@pytest.mark.points(3)
@pytest.mark.hint("Cut where t > 0 and t % truncation == 0; the gradient of h_0 remains.")
@pytest.mark.promise("gradient-stays-in-its-chunk", "RNN.raises")
def test_truncation_at_the_edges(submission, reference, rng):
    """A truncation that does not divide the length, is 1, or exceeds the length."""
    x, h_0 = rng.normal(size=(2, 7, 2)), rng.normal(size=(2, 3))
    for truncation in (1, 2, 4, 7, 100):
        pair = paired_models(submission, reference, "RNN", 2, 3, truncation=truncation, rng=rng)
        pair.same_forward(x, h_0)
        pair.same_backward(x, h_0, rng=rng)
    for truncation in (0, -1):
        refuses(submission, "RNN", 2, 3, truncation=truncation, rng=rng)


@pytest.mark.task("RNN")
@pytest.mark.points(2)
@pytest.mark.hint("Each call of forward is independent, and backward belongs to the last one.")
@pytest.mark.promise("starts-from-zeros", "backward-of-the-last-forward")
def test_repeated_calls(submission, reference, rng):
    """Calls are independent, and backward belongs to the last forward."""
    pair = paired_models(submission, reference, "RNN", 3, 4, rng=rng)
    x = rng.normal(size=(2, 5, 3))
    once = pair.student.forward(x)
    pair.same_forward(rng.normal(size=(3, 2, 3)), rng.normal(size=(3, 4)))
    pair.same_backward(x, rng=rng)
    equal(pair.student.forward(x), once, "the states of the same x, read again")


@pytest.mark.task("RNN")
@pytest.mark.points(1)
@pytest.mark.hint("np.tanh is safe everywhere; a formula with exp(z) is not.")
@pytest.mark.promise("finite")
def test_saturated(submission, reference, rng):
    """Inputs of ±1000 give states of ±1 and finite gradients."""
    pair = paired_models(submission, reference, "RNN", 3, 4, rng=rng)
    x = rng.choice([-1e3, 1e3], size=(2, 4, 3))
    pair.same_forward(x)
    grad_x, grad_h_0 = pair.student.backward(rng.normal(size=(2, 4, 4)))
    finite(grad_x, "grad_x for inputs of ±1000")
    finite(grad_h_0, "grad_h_0 for inputs of ±1000")


@pytest.mark.task("RNN")
@pytest.mark.points(1)
@pytest.mark.hint("x has to be (N, T, D) with D = input_size: raise a ValueError otherwise.")
@pytest.mark.promise("wrong-features-are-an-error", "RNN.forward.raises")
def test_wrong_number_of_features(submission, reference, rng):
    """An input with the wrong number of features raises a ValueError."""
    pair = paired_models(submission, reference, "RNN", 3, 4, rng=rng)
    refuses(pair.student, "forward", rng.normal(size=(2, 5, 1)), error=("ValueError",))
    refuses(pair.student, "forward", rng.normal(size=(2, 5, 4)), error=("ValueError",))
