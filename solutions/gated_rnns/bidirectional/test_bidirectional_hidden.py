"""Hidden checks of bidirectional layers: other layers, other sizes, masks with gaps."""

import numpy as np
import pytest

from autograder.checks import equal, in_float32, paired_models, part

RTOL = 1e-7


@pytest.mark.task("Bidirectional")
@pytest.mark.points(2)
@pytest.mark.hint(
    "Take the state of each layer without looking into it: that of an LSTM has two arrays."
)
@pytest.mark.promise("any-recurrent-layers", "layers-of-different-sizes")
def test_layers_of_other_kinds(submission, reference, rng):
    """An LSTM and an RNN of another size, in either direction."""
    mask = np.arange(4) < np.array([[4], [2]])
    for left, right in (("lstm", "rnn"), ("rnn", "lstm")):
        layers = part(left, 3, 5, rng=rng), part(right, 3, 2, rng=rng)
        pair = paired_models(submission, reference, "Bidirectional", *layers)
        pair.draw_parameters(rng)
        x, states = rng.normal(size=(2, 4, 3)), pair.reference.initial_state(2)
        equal(pair.student.initial_state(2), states, "initial_state(2)")
        pair.same_forward(x, None, mask, rtol=RTOL)
        equal(pair.student.state, pair.reference.state, "self.state", rtol=RTOL)
        pair.same_backward(x, states, mask, rng=rng, rtol=RTOL)


@pytest.mark.task("Bidirectional")
@pytest.mark.points(2)
@pytest.mark.hint("The two parts of y may differ in size: how many features has →h?")
@pytest.mark.promise("Bidirectional.forward.x", "float32-stays")
def test_any_shape(submission, reference, rng):
    """A batch of one, one step, two layers of unequal sizes; float32 stays float32."""
    for N, T, D, left, right in [(1, 1, 1, 1, 1), (1, 6, 2, 5, 1), (4, 2, 5, 1, 3)]:
        layers = part("rnn", D, left, rng=rng), part("rnn", D, right, rng=rng)
        pair = paired_models(submission, reference, "Bidirectional", *layers)
        pair.draw_parameters(rng)
        # The gradient of a single bias is a sum that may all but cancel out.
        pair.same_backward(rng.normal(size=(N, T, D)), rng=rng, rtol=RTOL, atol=1e-12)
    if in_float32(pair):
        x = rng.normal(size=(2, 4, 5)).astype(np.float32)
        pair.same_backward(x, rng=rng, rtol=1e-4, atol=1e-5)


@pytest.mark.task("Bidirectional")
@pytest.mark.points(1)
@pytest.mark.hint("←h_t = ←h_{t+1} at every step without a word, also in the middle.")
@pytest.mark.promise("padding-keeps-both-states", "masks-with-gaps")
def test_gaps(submission, reference, rng):
    """Masks with gaps and with no words at all."""
    layers = [part("rnn", 2, 3, rng=rng) for _ in range(2)]
    pair = paired_models(submission, reference, "Bidirectional", *layers)
    pair.draw_parameters(rng)
    mask = np.array([[True, False, True, False], [False, False, False, True], [False] * 4])
    x = rng.normal(size=(3, 4, 2))
    pair.same_backward(x, (rng.normal(size=(3, 3)), rng.normal(size=(3, 3))), mask, rng=rng)
    pair.same_backward(x, None, mask, rng=rng)


@pytest.mark.task("Bidirectional")
@pytest.mark.points(0.5)
@pytest.mark.hint("Calls of forward are independent; backward belongs to the last one.")
@pytest.mark.promise("backward-of-the-last-forward")
def test_repeated_calls(submission, reference, rng):
    """Calls do not disturb each other, and backward belongs to the last forward."""
    layers = [part("rnn", 3, 4, rng=rng) for _ in range(2)]
    pair = paired_models(submission, reference, "Bidirectional", *layers)
    pair.draw_parameters(rng)
    x = rng.normal(size=(2, 5, 3))
    once = pair.student.forward(x)
    pair.same_forward(rng.normal(size=(3, 2, 3)), None, rng.random((3, 2)) < 0.5)
    pair.same_backward(x, rng=rng)
    equal(pair.student.forward(x), once, "y for the same x, read again")
