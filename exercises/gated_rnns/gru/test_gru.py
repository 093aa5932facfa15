"""Checks of the GRU that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import InstanceCalls, agrees, equal, paired_models, used_in_turn

RTOL = 1e-7


def with_padding(submission, reference, rng, reset_after):
    """Compare forward, state and backward on sequences of different lengths."""
    mask = np.arange(5) < np.array([[5], [2], [3]])
    x, h_0 = rng.normal(size=(3, 5, 3)), rng.normal(size=(3, 4))
    pair = paired_models(submission, reference, "GRU", 3, 4, reset_after=reset_after, rng=rng)
    pair.same_forward(x, h_0, mask)
    equal(pair.student.state, pair.reference.state, "self.state with a mask", rtol=RTOL)
    pair.same_backward(x, h_0, mask, rng=rng)


def one_step(rng, dtype):
    """The arguments of `GRUStep.forward`."""
    shapes = (2, 12), (2, 4), (4, 12)
    return [rng.normal(size=shape).astype(dtype) for shape in shapes]


@pytest.mark.task("GRUStep")
@pytest.mark.points(5)
@pytest.mark.hint("Are the blocks in the order u, r, h̃? Is it u that lets the new content in?")
@pytest.mark.promise("one-step", "GRUStep.forward.from_input", "GRUStep.forward.h", "float32-stays")
def test_one_step(submission, reference, rng):
    """GRUStep.forward: the next h, and u, r and h̃, in float64 and in float32."""
    for dtype, rtol in ((np.float64, RTOL), (np.float32, 1e-5)):
        agrees(
            submission.GRUStep(), reference.GRUStep(), "forward", *one_step(rng, dtype), rtol=rtol
        )


@pytest.mark.task("GRUStep")
@pytest.mark.points(7)
@pytest.mark.hint("h_{t−1} is used four times: by u, by r, by h̃, and by (1 − u) ∘ h_{t−1}.")
@pytest.mark.promise("one-step", "GRUStep.backward.grad_h", "float32-stays")
def test_gradients_of_one_step(submission, reference, rng):
    """GRUStep.backward: the gradients of the three arguments a, and of h before the step."""
    for dtype, rtol in ((np.float64, RTOL), (np.float32, 1e-5)):
        from_input, h, W_h = one_step(rng, dtype)
        _, gates = reference.GRUStep().forward(from_input, h, W_h)
        grad_h = rng.normal(size=(2, 4)).astype(dtype)
        agrees(
            submission.GRUStep(), reference.GRUStep(), "backward", grad_h, h, gates, W_h, rtol=rtol
        )
    calls = [("forward", from_input, h, W_h), ("backward", grad_h, h, gates, W_h)]
    step = InstanceCalls(submission.GRUStep, calls)
    used_in_turn(submission, step, step)


@pytest.mark.task("GRU")
@pytest.mark.points(5)
@pytest.mark.hint("Each step starts from the h of the step before it.")
@pytest.mark.promise("GRU.forward", "GRU.forward.state")
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
@pytest.mark.hint("First add to grad_h[:, t] what step t + 1 sends back.")
@pytest.mark.promise("result-is-a-copy", "arguments-stay", "GRU.forward")
def test_backward_through_time(submission, reference, rng):
    """Backward through six steps, also after the caller has changed the states."""
    pair = paired_models(submission, reference, "GRU", 3, 4, rng=rng)
    x, state = rng.normal(size=(2, 6, 3)), rng.normal(size=(2, 4))
    pair.same_backward(x, state, rng=rng)
    pair.result_is_the_callers(x, state, rng=rng, keeps=["state"])


@pytest.mark.task("GRU")
@pytest.mark.points(5)
@pytest.mark.hint("W_hh met r ∘ h_{t−1}, and the other two blocks of W_h met h_{t−1}.")
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
@pytest.mark.hint("np.where(mask[:, t, None], new, old).")
def test_steps_without_words(submission, reference, rng):
    """Sequences of different lengths: where there is no word, the state stays."""
    with_padding(submission, reference, rng, reset_after=False)


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


@pytest.mark.task("ResetAfterStep")
@pytest.mark.hint("The product h_{t−1} W_hh + b_h comes first, then r multiplies it.")
@pytest.mark.promise("reset-after")
def test_one_step_of_reset_after(submission, reference, rng):
    """ResetAfterStep.forward: the next h, and u, r and h̃."""
    arguments = [*one_step(rng, np.float64), rng.normal(size=4)]
    agrees(submission.ResetAfterStep(), reference.ResetAfterStep(), "forward", *arguments)


@pytest.mark.task("ResetAfterStep")
@pytest.mark.hint("r meets h_{t−1} W_hh + b_h, and h_{t−1} W_hh + b_h meets r.")
@pytest.mark.promise("reset-after")
def test_gradients_of_one_step_of_reset_after(submission, reference, rng):
    """ResetAfterStep.backward: the gradients of the arguments a, and of h before the step."""
    from_input, h, W_h = one_step(rng, np.float64)
    b_h, grad_h = rng.normal(size=4), rng.normal(size=(2, 4))
    _, gates = reference.ResetAfterStep().forward(from_input, h, W_h, b_h)
    agrees(
        submission.ResetAfterStep(),
        reference.ResetAfterStep(),
        "backward",
        grad_h,
        h,
        gates,
        W_h,
        b_h,
    )
    calls = [("forward", from_input, h, W_h, b_h), ("backward", grad_h, h, gates, W_h, b_h)]
    step = InstanceCalls(submission.ResetAfterStep, calls)
    used_in_turn(submission, step, step)


@pytest.mark.task("ResetAfterStep")
@pytest.mark.hint("With reset_after, W_hh met h_{t−1}. Which gradient has h_{t−1} W_hh + b_h?")
@pytest.mark.promise("reset-after")
def test_a_layer_with_reset_after(submission, reference, rng):
    """GRU(reset_after=True): forward and backward, with padding and without."""
    pair = paired_models(submission, reference, "GRU", 3, 4, reset_after=True, rng=rng)
    pair.same_backward(rng.normal(size=(2, 4, 3)), rng.normal(size=(2, 4)), rng=rng)
    with_padding(submission, reference, rng, reset_after=True)
