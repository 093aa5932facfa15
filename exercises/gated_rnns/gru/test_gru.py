"""Checks of the GRU that you can see. `grade gru` runs them and the hidden ones."""

import numpy as np
import pytest

from autograder.checks import equal, paired_models

RTOL = 1e-7


@pytest.mark.task("GRU")
@pytest.mark.points(5)
@pytest.mark.hint("Are the blocks in the order u, r, h̃? Is it u that lets the new content in?")
def test_one_step(submission, reference, rng):
    """One step from the zero state, and one from a given state."""
    pair = paired_models(submission, reference, "GRU", 3, 4, rng=rng)
    x = rng.normal(size=(2, 1, 3))
    pair.same_forward(x)
    pair.same_forward(x, rng.normal(size=(2, 4)))


@pytest.mark.task("GRU")
@pytest.mark.points(5)
@pytest.mark.hint("Each step starts from the h of the step before it.")
@pytest.mark.promise("GRU.forward.returns")
def test_all_steps(submission, reference, rng):
    """A whole sequence from a given state."""
    pair = paired_models(submission, reference, "GRU", 3, 4, rng=rng)
    pair.same_forward(rng.normal(size=(2, 6, 3)), rng.normal(size=(2, 4)))


@pytest.mark.task("GRU")
@pytest.mark.points(3.5)
@pytest.mark.hint("self.state is the last h.")
def test_state_is_carried(submission, reference, rng):
    """Two halves of a sequence, with the state carried over, give the same as the whole."""
    pair = paired_models(submission, reference, "GRU", 3, 4, rng=rng)
    model, x = pair.student, rng.normal(size=(2, 7, 3))
    whole = pair.same_forward(x)
    equal(model.state, whole[:, -1], "self.state, against the last h", rtol=RTOL)
    first = model.forward(x[:, :4])
    second = model.forward(x[:, 4:], model.state)
    halves = np.concatenate([first, second], axis=1)
    equal(halves, whole, "the states of two calls, against those of one", rtol=RTOL)


@pytest.mark.task("GRU")
@pytest.mark.points(7)
@pytest.mark.hint("h_0 is used four times: by u, by r, by h̃, and by (1 − u) ∘ h_0.")
def test_backward_through_one_step(submission, reference, rng):
    """Backward through one step, with the gradient of h_0."""
    pair = paired_models(submission, reference, "GRU", 3, 4, rng=rng)
    pair.same_backward(rng.normal(size=(2, 1, 3)), rng.normal(size=(2, 4)), rng=rng)


@pytest.mark.task("GRU")
@pytest.mark.points(7)
@pytest.mark.hint("First add to grad_h[:, t] what step t + 1 sends back.")
@pytest.mark.promise("new-arrays", "GRU.backward.grad_h", "GRU.forward.returns")
def test_backward_through_time(submission, reference, rng):
    """Backward through six steps, also after the caller has changed the states."""
    pair = paired_models(submission, reference, "GRU", 3, 4, rng=rng)
    x, state = rng.normal(size=(2, 6, 3)), rng.normal(size=(2, 4))
    pair.same_backward(x, state, rng=rng)
    pair.result_is_the_callers(x, state, rng=rng, keeps=["state"])


@pytest.mark.task("GRU")
@pytest.mark.points(5)
@pytest.mark.hint(
    "h_{t−1} gets four terms: from u, r, the candidate's r ∘ h_{t−1}, and the part that is kept."
)
def test_gradients_are_right(submission, reference, rng):
    """The gradients agree with numerical gradients of your own forward."""
    pair = paired_models(submission, reference, "GRU", 3, 4, rng=rng)
    pair.gradients_agree(rng.normal(size=(2, 5, 3)), rng.normal(size=(2, 4)), rng=rng)
    large = paired_models(submission, reference, "GRU", 30, 50, rng=rng, scale=0.1)
    large.many_gradients(rng.normal(size=(1, 3, 30)), rng=rng)


@pytest.mark.task("GRU")
@pytest.mark.points(3.5)
@pytest.mark.hint("`self.gradients[name] += ...`, never `=`.")
def test_gradients_add_up(submission, reference, rng):
    """A second backward adds to the gradients of the first."""
    pair = paired_models(submission, reference, "GRU", 3, 4, rng=rng)
    pair.accumulates(rng.normal(size=(2, 4, 3)), rng.normal(size=(2, 4)), rng=rng)


@pytest.mark.task("GRU")
@pytest.mark.points(5)
@pytest.mark.hint("h̃ = tanh(x_t W_xh + r ∘ (h_{t−1} W_hh + b_h) + b_c).")
def test_reset_after(submission, reference, rng):
    """reset_after: r multiplies the product h W_hh + b_h."""
    pair = paired_models(submission, reference, "GRU", 3, 4, reset_after=True, rng=rng)
    x, h_0 = rng.normal(size=(2, 4, 3)), rng.normal(size=(2, 4))
    pair.same_forward(x, h_0)
    pair.same_backward(x, h_0, rng=rng)


@pytest.mark.task("GRU")
@pytest.mark.points(5)
@pytest.mark.hint("np.where(mask[:, t, None], new, old).")
def test_steps_without_words(submission, reference, rng):
    """Sequences of different lengths: where there is no word, the state stays."""
    mask = np.arange(5) < np.array([[5], [2], [3]])
    x, h_0 = rng.normal(size=(3, 5, 3)), rng.normal(size=(3, 4))
    for reset_after in (False, True):
        pair = paired_models(submission, reference, "GRU", 3, 4, reset_after=reset_after, rng=rng)
        pair.same_forward(x, h_0, mask)
        equal(pair.student.state, pair.reference.state, "self.state with a mask", rtol=RTOL)
        pair.same_backward(x, h_0, mask, rng=rng)


@pytest.mark.task("GRU")
@pytest.mark.points(1)
@pytest.mark.hint("Three blocks of weights: u, r and h̃. An LSTM has four.")
def test_three_quarters_of_an_lstm(submission, reference, rng):
    """The lecture's claim: a GRU has fewer parameters, three for each four of an LSTM."""
    for D, H in ((3, 4), (10, 20)):
        pair = paired_models(submission, reference, "GRU", D, H, rng=rng)
        pair.same_forward(rng.normal(size=(1, 2, D)))
        parameters = pair.student.parameters
        count, lstm = sum(array.size for array in parameters.values()), 4 * (D * H + H * H + H)
        equal(count, 3 * lstm // 4, f"the number of parameters of a GRU, {D} inputs, {H} units")
