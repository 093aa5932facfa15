"""Checks of bidirectional layers that you can see. `grade bidirectional` adds the hidden ones.

The two layers are your own: `RNN` here, `LSTM` in the hidden checks.
"""

import numpy as np
import pytest

from autograder.checks import equal, expect, part, refuses, twins

D, H = 3, 4


def both_ways(submission, reference, rng, left=H, right=H):
    """Twins of two RNNs with H units each, or others, and random parameters."""
    layers = [part("rnn", D, size, rng=rng) for size in (left, right)]
    pair = twins(submission, reference, "Bidirectional", *layers)
    pair.draw_parameters(rng)
    return pair


@pytest.mark.task("Bidirectional")
@pytest.mark.points(4)
@pytest.mark.hint("The states of the second layer come out from the last step to the first.")
def test_forward(submission, reference, rng):
    """The states of both layers, side by side, each at its step."""
    pair = both_ways(submission, reference, rng)
    pair.same_forward(rng.normal(size=(2, 5, D)))


@pytest.mark.task("Bidirectional")
@pytest.mark.points(2)
@pytest.mark.hint("state = (what the first layer starts from, what the second layer starts from).")
def test_states(submission, reference, rng):
    """Both layers start from the states that are given, and self.state has their last ones."""
    pair = both_ways(submission, reference, rng)
    states = rng.normal(size=(2, H)), rng.normal(size=(2, H))
    y = pair.same_forward(rng.normal(size=(2, 5, D)), states)
    right, left = pair.student.state
    equal(right, y[:, -1, :H], "self.state[0], against →h at the last step")
    equal(left, y[:, 0, H:], "self.state[1], against ←h at the first step")


@pytest.mark.task("Bidirectional")
@pytest.mark.points(2)
@pytest.mark.hint("What does ←h_1 depend on? And →h_1?")
def test_what_a_step_knows(submission, reference, rng):
    """The first step knows of the last word; its left half does not."""
    pair = both_ways(submission, reference, rng)
    x = rng.normal(size=(1, 4, D))
    before = pair.student.forward(x)[0, 0]
    x[0, -1] += 1.0
    after = pair.student.forward(x)[0, 0]
    equal(after[:H], before[:H], "→h_1, after the last word was changed", rtol=0.0)
    expect(np.all(after[H:] != before[H:]), "←h_1 does not notice that the last word has changed")


@pytest.mark.task("Bidirectional")
@pytest.mark.points(2)
@pytest.mark.hint("The check is given: leave it in the constructor.")
def test_own_weights(submission, reference, rng):
    """Each way has weights of its own, which both learn."""
    layer = part("rnn", D, H, rng=rng)
    refuses(submission, "Bidirectional", layer, layer)
    pair = both_ways(submission, reference, rng)
    pair.student.forward(rng.normal(size=(2, 5, D)))
    pair.student.backward(rng.normal(size=(2, 5, 2 * H)))
    for name, gradient in pair.student.gradients.items():
        expect(np.all(gradient != 0), f"gradients['{name}'] is 0: that layer learns nothing")


@pytest.mark.task("Bidirectional")
@pytest.mark.points(4)
@pytest.mark.hint("Turn ∂←h around for the layer, and the gradient of x that it returns once more.")
def test_backward(submission, reference, rng):
    """Backward: each x_t was read twice."""
    pair = both_ways(submission, reference, rng)
    states = rng.normal(size=(2, H)), rng.normal(size=(2, H))
    pair.same_backward(rng.normal(size=(2, 5, D)), states, rng=rng)


@pytest.mark.task("Bidirectional")
@pytest.mark.points(2)
def test_gradients_are_right(submission, reference, rng):
    """The gradients agree with numerical ones of your forward; a second backward adds to them."""
    pair = both_ways(submission, reference, rng)
    x, states = rng.normal(size=(2, 4, D)), (rng.normal(size=(2, H)), rng.normal(size=(2, H)))
    pair.gradients_agree(x, states, rng=rng)
    pair.accumulates(x, states, rng=rng)


@pytest.mark.task("Bidirectional")
@pytest.mark.points(3)
@pytest.mark.hint("Reversed, the padding comes first. What does a layer do where there is no word?")
def test_each_sequence_as_if_alone(submission, reference, rng):
    """Different lengths: every sequence is read as if it stood alone, without padding."""
    pair = both_ways(submission, reference, rng)
    x, lengths = rng.normal(size=(3, 5, D)), (5, 2, 3)
    mask = np.arange(5) < np.array(lengths)[:, None]
    y = pair.student.forward(x, None, mask)
    left = pair.student.state[1]
    for n, length in enumerate(lengths):
        alone = pair.student.forward(x[n : n + 1, :length])[0]
        what = f"y of a sequence of {length} words in a batch, against what it gives alone"
        equal(y[n, :length], alone, what, rtol=1e-7)
        what = f"self.state[1] of a sequence of {length} words, against that of the same alone"
        equal(left[n], alone[0, H:], what, rtol=1e-7)


@pytest.mark.task("Bidirectional")
@pytest.mark.points(4)
@pytest.mark.hint("The mask is turned around with x, for the second layer alone.")
def test_steps_without_words(submission, reference, rng):
    """Different lengths: forward, where there is padding as well, and backward."""
    pair = both_ways(submission, reference, rng)
    mask = np.arange(5) < np.array([[5], [2], [3]])
    x, states = rng.normal(size=(3, 5, D)), (rng.normal(size=(3, H)), rng.normal(size=(3, H)))
    pair.same_forward(x, states, mask)
    pair.same_backward(x, states, mask, rng=rng)
