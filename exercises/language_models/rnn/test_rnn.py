"""Checks of the recurrent layer that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import InstanceCalls, agrees, assign, equal, paired_models, used_in_turn

RTOL = 1e-7


def one_step(rng, dtype=np.float64):
    """Return the input part, the state before the step, and W_h."""
    return [rng.normal(size=shape).astype(dtype) for shape in ((2, 4), (2, 4), (4, 4))]


@pytest.mark.task("RNNStep")
@pytest.mark.points(2.5)
@pytest.mark.hint("Add h W_h to from_input, then take tanh of every entry.")
@pytest.mark.promise("one-step", "RNNStep.forward.h", "float32-stays")
def test_the_next_state(submission, reference, rng):
    """RNNStep.forward: the next state, in float64 and in float32."""
    agrees(submission.RNNStep(), reference.RNNStep(), "forward", *one_step(rng))
    agrees(
        submission.RNNStep(), reference.RNNStep(), "forward", *one_step(rng, np.float32), rtol=1e-5
    )


@pytest.mark.task("RNNStep")
@pytest.mark.points(2.5)
@pytest.mark.hint(
    "tanh' of a_t follows from h_t alone. Then: which entries of a_t does h_{t−1} reach?"
)
@pytest.mark.promise("one-step", "RNNStep.backward.grad_h", "RNNStep.backward", "float32-stays")
def test_gradients_of_one_step(submission, reference, rng):
    """RNNStep.backward: the gradients of a_t and of the state before the step."""
    for dtype, rtol in ((np.float64, RTOL), (np.float32, 1e-5)):
        from_input, before, W_h = one_step(rng, dtype)
        h = reference.RNNStep().forward(from_input, before, W_h)
        grad_h = rng.normal(size=(2, 4)).astype(dtype)
        agrees(submission.RNNStep(), reference.RNNStep(), "backward", grad_h, h, W_h, rtol=rtol)
    calls = [("forward", from_input, before, W_h), ("backward", grad_h, h, W_h)]
    step = InstanceCalls(submission.RNNStep, calls)
    used_in_turn(submission, step, step)


@pytest.mark.task("RNN")
@pytest.mark.points(3.5)
@pytest.mark.hint("h_t needs h_{t−1}, the state just computed; h[:, 0] is the state after x[:, 0].")
@pytest.mark.promise("arguments-stay", "RNN.forward")
def test_all_steps(submission, reference, rng):
    """A whole sequence from a given state."""
    pair = paired_models(submission, reference, "RNN", 3, 4, rng=rng)
    pair.same_forward(rng.normal(size=(2, 6, 3)), rng.normal(size=(2, 4)))


@pytest.mark.task("RNN")
@pytest.mark.points(2.5)
@pytest.mark.hint("Step 0 starts from h_0, or from zeros; self.state is the last state.")
def test_state_is_carried(submission, reference, rng):
    """Two halves, with the state passed on, give the same states as the whole sequence."""
    pair = paired_models(submission, reference, "RNN", 3, 4, rng=rng)
    model, x = pair.student, rng.normal(size=(2, 7, 3))
    whole = pair.same_forward(x)
    equal(model.state, whole[:, -1], "self.state against the last state returned", rtol=RTOL)
    first = model.forward(x[:, :4])
    second = model.forward(x[:, 4:], model.state)
    halves = np.concatenate([first, second], axis=1)
    equal(halves, whole, "the states of two calls against those of one", rtol=RTOL)


@pytest.mark.task("RNN")
@pytest.mark.points(3.5)
@pytest.mark.hint("Add the gradient from step t+1 to grad_h[:, t] before you multiply by tanh'.")
@pytest.mark.promise("result-is-a-copy", "RNN.forward", "RNN.backward.grad_h")
def test_backward_through_time(submission, reference, rng):
    """Backward through time, also after the caller has changed the states."""
    pair = paired_models(submission, reference, "RNN", 3, 4, rng=rng)
    x, h_0 = rng.normal(size=(2, 6, 3)), rng.normal(size=(2, 4))
    pair.same_backward(x, h_0, rng=rng)
    pair.result_is_the_callers(x, h_0, rng=rng, keeps=["state"])


@pytest.mark.task("RNN")
@pytest.mark.points(2.5)
@pytest.mark.hint("W_h is used at every step: add the contributions of all steps.")
def test_gradient_is_the_sum_over_steps(submission, reference, rng):
    """The gradient of shared weights is the sum over the steps that used them."""
    pair = paired_models(submission, reference, "RNN", 3, 4, rng=rng)
    model, x, h_0 = pair.student, rng.normal(size=(2, 5, 3)), rng.normal(size=(2, 4))
    grad_h = np.zeros((2, 5, 4))
    grad_h[:, -1] = rng.normal(size=(2, 4))  # J depends on the last state alone

    h = pair.same_forward(x, h_0)
    model.zero_gradients()
    model.backward(grad_h)
    whole = model.gradients

    model.zero_gradients()
    h_before = np.concatenate([h_0[:, None], h], axis=1)
    grad = grad_h[:, -1]
    for t in reversed(range(5)):  # each step as a sequence of its own: its gradients add up
        model.forward(x[:, t : t + 1], h_before[:, t])
        _, grad = model.backward(grad[:, None])
    for name, total in model.gradients.items():
        what = f"gradients['{name}'], beside the sum over single steps"
        equal(whole[name], total, what, rtol=RTOL)


@pytest.mark.task("RNN")
@pytest.mark.points(3.5)
@pytest.mark.hint("W_h is used at every step, the first time in h_0 W_h: is each use in your sum?")
def test_gradients_are_right(submission, reference, rng):
    """The gradients agree with numerical gradients of your own forward."""
    pair = paired_models(submission, reference, "RNN", 3, 4, rng=rng)
    pair.gradients_agree(rng.normal(size=(2, 5, 3)), rng.normal(size=(2, 4)), rng=rng)
    large = paired_models(submission, reference, "RNN", 60, 80, rng=rng, scale=0.1)
    large.many_gradients(rng.normal(size=(1, 4, 60)), rng=rng)


@pytest.mark.task("RNN")
@pytest.mark.points(2.5)
@pytest.mark.hint("`self.gradients[name] += ...`, never `=`.")
@pytest.mark.promise("gradients-are-added")
def test_gradients_add_up(submission, reference, rng):
    """A second backward adds to the gradients of the first."""
    pair = paired_models(submission, reference, "RNN", 3, 4, rng=rng)
    pair.accumulates(rng.normal(size=(2, 4, 3)), rng.normal(size=(2, 4)), rng=rng)


@pytest.mark.task("RNN")
@pytest.mark.points(3.5)
@pytest.mark.hint("If t > 0 and t % truncation == 0, pass no gradient from step t to step t − 1.")
def test_truncation_is_chunks(submission, reference, rng):
    """truncation=3 equals calls on 3 steps and the rest: only the state is passed on."""
    pair = paired_models(submission, reference, "RNN", 3, 4, truncation=3, rng=rng)
    x, grad_h = rng.normal(size=(2, 5, 3)), rng.normal(size=(2, 5, 4))
    cut, plain = pair.student, submission.RNN(3, 4, rng=rng)
    assign(plain, cut.parameters)

    h = cut.forward(x)
    cut.zero_gradients()
    grad_x, _ = cut.backward(grad_h)

    plain.zero_gradients()
    plain.forward(x[:, :3])
    first, _ = plain.backward(grad_h[:, :3])
    plain.forward(x[:, 3:], h[:, 2])
    second, _ = plain.backward(grad_h[:, 3:])

    chunks = np.concatenate([first, second], axis=1)
    equal(grad_x, chunks, "grad_x with truncation=3 against that of two calls", rtol=RTOL)
    for name, total in plain.gradients.items():
        what = f"gradients['{name}'] with truncation=3, beside those of two calls"
        equal(cut.gradients[name], total, what, rtol=RTOL)
    pair.same_backward(x, rng.normal(size=(2, 4)), rng=rng)


@pytest.mark.task("RNN")
@pytest.mark.points(3.5)
@pytest.mark.hint(
    "np.where(mask[:, t, None], new, old); in backward ∂J/∂h_t passes unchanged there."
)
@pytest.mark.promise("padding-passes-the-gradient-on", "RNN.backward")
def test_steps_without_words(submission, reference, rng):
    """Sequences of different lengths: the state does not change at padding."""
    pair = paired_models(submission, reference, "RNN", 3, 4, rng=rng)
    mask = np.arange(5) < np.array([[5], [2], [3]])
    x, h_0 = rng.normal(size=(3, 5, 3)), rng.normal(size=(3, 4))
    pair.same_forward(x, h_0, mask)
    equal(pair.student.state, pair.reference.state, "self.state with a mask", rtol=RTOL)
    pair.same_backward(x, h_0, mask, rng=rng)
    pair.same_backward(x, None, np.array([[0, 1, 0, 1, 0], [0] * 5, [1, 0, 0, 0, 1]]) > 0, rng=rng)
