"""Checks of bidirectional layers that you can see. The course has hidden ones, too.

The two layers are your own: `RNN` here, `LSTM` in the hidden checks.
"""

import numpy as np
import pytest

from autograder.checks import equal, expect, finite, in_float32, paired_models, part, refuses

D, H = 3, 4


def both_ways(submission, reference, rng, left=H, right=H, features=D):
    """Paired models with two RNNs, of H units by default, and random parameters."""
    layers = [part("rnn", features, size, rng=rng) for size in (left, right)]
    pair = paired_models(submission, reference, "Bidirectional", *layers)
    pair.draw_parameters(rng)
    return pair


@pytest.mark.task("Bidirectional")
@pytest.mark.points(2.5)
@pytest.mark.hint("The second layer returns its states from the last step to the first.")
@pytest.mark.promise("arguments-stay", "Bidirectional.forward")
def test_forward(submission, reference, rng):
    """The states of both layers, concatenated, each at its step."""
    pair = both_ways(submission, reference, rng)
    pair.same_forward(rng.normal(size=(2, 5, D)))


@pytest.mark.task("Bidirectional")
@pytest.mark.points(1.25)
@pytest.mark.hint("state = (what the first layer starts from, what the second layer starts from).")
def test_states(submission, reference, rng):
    """Both layers start from the given states, and self.state has their last states."""
    pair = both_ways(submission, reference, rng)
    states = rng.normal(size=(2, H)), rng.normal(size=(2, H))
    y = pair.same_forward(rng.normal(size=(2, 5, D)), states)
    right, left = pair.student.state
    equal(right, y[:, -1, :H], "self.state[0], against →h at the last step")
    equal(left, y[:, 0, H:], "self.state[1], against ←h at the first step")


@pytest.mark.task("Bidirectional")
@pytest.mark.points(1.25)
@pytest.mark.hint("What does ←h_1 depend on? And →h_1?")
def test_what_a_step_knows(submission, reference, rng):
    """At the first step, ←h depends on the last word and →h does not."""
    pair = both_ways(submission, reference, rng)
    x = rng.normal(size=(1, 4, D))
    before = pair.same_forward(x)[0, 0]
    x[0, -1] += 1.0
    after = pair.student.forward(x)[0, 0]
    equal(after[:H], before[:H], "→h_1, after the last word was changed", rtol=0.0)
    finite(after, "the states after the last word was changed")
    expect(np.all(after[H:] != before[H:]), "←h_1 does not change when the last word does")


@pytest.mark.task("Bidirectional")
@pytest.mark.points(1.25)
@pytest.mark.hint("The check is given: leave it in the constructor.")
@pytest.mark.promise("Bidirectional.raises")
def test_own_weights(submission, reference, rng):
    """Each direction has its own weights, and each of them gets a gradient."""
    layer = part("rnn", D, H, rng=rng)
    refuses(submission, "Bidirectional", layer, layer)
    pair = both_ways(submission, reference, rng)
    pair.student.forward(rng.normal(size=(2, 5, D)))
    pair.student.backward(rng.normal(size=(2, 5, 2 * H)))
    for name, gradient in pair.student.gradients.items():
        expect(np.all(gradient != 0), f"gradients['{name}'] is 0: that layer learns nothing")


@pytest.mark.task("Bidirectional")
@pytest.mark.points(2.5)
@pytest.mark.hint("Reverse ∂←h for the layer, and reverse the gradient of x that it returns.")
@pytest.mark.promise(
    "result-is-a-copy", "Bidirectional.backward", "Bidirectional.forward", "float32-stays"
)
def test_backward(submission, reference, rng):
    """Backward: the gradient of each x_t has two terms; the layers may have different sizes."""
    pair = both_ways(submission, reference, rng, right=H - 1)
    x, states = rng.normal(size=(2, 5, D)), (rng.normal(size=(2, H)), rng.normal(size=(2, H - 1)))
    pair.same_backward(x, states, rng=rng)
    pair.result_is_the_callers(x, states, rng=rng, keeps=["state"])
    other = both_ways(submission, reference, rng, left=H - 1)
    pair.used_in_turn_with(other, (x, states), (x, states[::-1]))
    if in_float32(pair):
        pair.same_backward(x.astype(np.float32), rng=rng, rtol=1e-3, atol=1e-4)


@pytest.mark.task("Bidirectional")
@pytest.mark.points(1.25)
@pytest.mark.hint(
    "Turn the second half of grad_y around in time, and turn back the grad_x of that layer."
)
def test_gradients_are_right(submission, reference, rng):
    """The gradients agree with numerical ones of your forward; a second backward adds to them."""
    pair = both_ways(submission, reference, rng)
    x, states = rng.normal(size=(2, 4, D)), (rng.normal(size=(2, H)), rng.normal(size=(2, H)))
    pair.gradients_agree(x, states, rng=rng)
    large = both_ways(submission, reference, rng, 50, 50, features=60)
    large.many_gradients(rng.normal(size=(1, 4, 60)), rng=rng)
    pair.accumulates(x, states, rng=rng)


@pytest.mark.task("Bidirectional")
@pytest.mark.points(2)
@pytest.mark.hint("Reversed, the padding comes first. What does a layer do where there is no word?")
def test_each_sequence_as_if_alone(submission, reference, rng):
    """Different lengths: every sequence gives the same as in a batch of one, without padding."""
    pair = both_ways(submission, reference, rng)
    x, lengths = rng.normal(size=(3, 5, D)), (5, 2, 3)
    mask = np.arange(5) < np.array(lengths)[:, None]
    y, expected = (model.forward(x, None, mask) for model in (pair.student, pair.reference))
    equal(y[mask], expected[mask], "y of the words of all sequences", rtol=1e-7)
    left = pair.student.state[1]
    for n, length in enumerate(lengths):
        alone = pair.student.forward(x[n : n + 1, :length])[0]
        what = f"y of a sequence of {length} words in a batch, against y in a batch of one"
        equal(y[n, :length], alone, what, rtol=1e-7)
        what = f"self.state[1] of a sequence of {length} words, against that in a batch of one"
        equal(left[n], alone[0, H:], what, rtol=1e-7)


@pytest.mark.task("Bidirectional")
@pytest.mark.points(2.5)
@pytest.mark.hint("Reverse the mask with x, only for the second layer.")
def test_steps_without_words(submission, reference, rng):
    """Different lengths: forward, with the values at the padding, and backward."""
    pair = both_ways(submission, reference, rng)
    mask = np.arange(5) < np.array([[5], [2], [3]])
    x, states = rng.normal(size=(3, 5, D)), (rng.normal(size=(3, H)), rng.normal(size=(3, H)))
    pair.same_forward(x, states, mask)
    pair.same_backward(x, states, mask, rng=rng)
