"""Checks of the LSTM that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import InstanceCalls, agrees, equal, paired_models, used_in_turn

RTOL = 1e-7


def states(rng, N, H):
    """h_0 and c_0."""
    return rng.normal(size=(N, H)), rng.normal(size=(N, H))


def one_step(rng, dtype):
    """The arguments of `LSTMStep.forward`."""
    shapes = (2, 16), (2, 4), (2, 4), (4, 16)
    return [rng.normal(size=shape).astype(dtype) for shape in shapes]


@pytest.mark.task("LSTM")
@pytest.mark.points(1.5)
@pytest.mark.hint("Columns H to 2H − 1 belong to f; the biases of i, o and g stay 0.")
def test_forget_bias(submission):
    """The bias of the forget gate starts at forget_bias, all others at 0."""
    for forget_bias in (1.0, 2.5):
        b = submission.LSTM(2, 3, forget_bias=forget_bias, rng=np.random.default_rng(0)).parameters
        expected = np.repeat([0.0, forget_bias, 0.0, 0.0], 3)
        equal(b["b"], expected, f"the initial b for forget_bias={forget_bias}")


@pytest.mark.task("LSTMStep")
@pytest.mark.points(4)
@pytest.mark.hint("Are the blocks in the order i, f, o, g? Does only the last one get a tanh?")
@pytest.mark.promise(
    "one-step", "LSTMStep.forward.from_input", "LSTMStep.forward.h,c", "float32-stays"
)
def test_one_step(submission, reference, rng):
    """LSTMStep.forward: the next h and c, and the gates, in float64 and in float32."""
    for dtype, rtol in ((np.float64, RTOL), (np.float32, 1e-5)):
        agrees(
            submission.LSTMStep(), reference.LSTMStep(), "forward", *one_step(rng, dtype), rtol=rtol
        )


@pytest.mark.task("LSTMStep")
@pytest.mark.points(5.5)
@pytest.mark.hint("c_t acts in two ways: complete its gradient before that of i, f and g.")
@pytest.mark.promise(
    "one-step", "LSTMStep.backward.grad_h", "LSTMStep.backward.grad_c", "float32-stays"
)
def test_gradients_of_one_step(submission, reference, rng):
    """LSTMStep.backward: the gradients of a_t, and of h and c before the step."""
    for dtype, rtol in ((np.float64, RTOL), (np.float32, 1e-5)):
        from_input, h, c, W_h = one_step(rng, dtype)
        _, c_next, gates = reference.LSTMStep().forward(from_input, h, c, W_h)
        grad_h, grad_c = (grad.astype(dtype) for grad in states(rng, 2, 4))
        after = c, c_next, gates, W_h
        agrees(
            submission.LSTMStep(),
            reference.LSTMStep(),
            "backward",
            grad_h,
            grad_c,
            *after,
            rtol=rtol,
        )
    calls = [("forward", from_input, h, c, W_h), ("backward", grad_h, grad_c, *after)]
    step = InstanceCalls(submission.LSTMStep, calls)
    used_in_turn(submission, step, step)


@pytest.mark.task("LSTM")
@pytest.mark.points(4)
@pytest.mark.hint("The next step uses both h_t and c_t.")
@pytest.mark.promise("LSTM.forward", "LSTM.forward.state")
def test_all_steps(submission, reference, rng):
    """A whole sequence from a given state."""
    pair = paired_models(submission, reference, "LSTM", 3, 4, rng=rng)
    pair.same_forward(rng.normal(size=(2, 6, 3)), states(rng, 2, 4))


@pytest.mark.task("LSTM")
@pytest.mark.points(3)
@pytest.mark.hint("self.state is the pair of the last h and the last c, in this order.")
def test_state_is_carried(submission, reference, rng):
    """Two halves of a sequence, with the state carried over, give the same as the whole."""
    pair = paired_models(submission, reference, "LSTM", 3, 4, rng=rng)
    model, x = pair.student, rng.normal(size=(2, 7, 3))
    whole = pair.same_forward(x)
    equal(model.state, pair.reference.state, "self.state, the last h and the last c", rtol=RTOL)
    first = model.forward(x[:, :4])
    second = model.forward(x[:, 4:], model.state)
    halves = np.concatenate([first, second], axis=1)
    equal(halves, whole, "the states of two calls, against those of one", rtol=RTOL)


@pytest.mark.task("LSTM")
@pytest.mark.points(5.5)
@pytest.mark.hint("Step t + 1 sends two gradients back: to h_t through W_h, to c_t through f.")
@pytest.mark.promise("result-is-a-copy", "arguments-stay", "LSTM.forward")
def test_backward_through_time(submission, reference, rng):
    """Backward through six steps, also after the caller has changed the states."""
    pair = paired_models(submission, reference, "LSTM", 3, 4, rng=rng)
    x, state = rng.normal(size=(2, 6, 3)), states(rng, 2, 4)
    pair.same_backward(x, state, rng=rng)
    pair.result_is_the_callers(x, state, rng=rng, keeps=["state"])


@pytest.mark.task("LSTM")
@pytest.mark.points(4)
@pytest.mark.hint("Sum over all steps; at each step W_h met the h before it, h_0 at the first.")
def test_gradients_are_right(submission, reference, rng):
    """The gradients agree with numerical gradients of your own forward."""
    pair = paired_models(submission, reference, "LSTM", 3, 4, rng=rng)
    pair.gradients_agree(rng.normal(size=(2, 5, 3)), states(rng, 2, 4), rng=rng)
    large = paired_models(submission, reference, "LSTM", 30, 40, rng=rng, scale=0.1)
    large.many_gradients(rng.normal(size=(1, 3, 30)), rng=rng)


@pytest.mark.task("LSTM")
@pytest.mark.points(3)
@pytest.mark.hint("`self.gradients[name] += ...`, never `=`.")
@pytest.mark.promise("arguments-stay")
def test_gradients_add_up(submission, reference, rng):
    """A second backward adds to the gradients of the first."""
    pair = paired_models(submission, reference, "LSTM", 3, 4, rng=rng)
    pair.accumulates(rng.normal(size=(2, 4, 3)), states(rng, 2, 4), rng=rng)


@pytest.mark.task("LSTM")
@pytest.mark.points(4)
@pytest.mark.hint("np.where(mask[:, t, None], new, old), for h and for c.")
def test_steps_without_words(submission, reference, rng):
    """Sequences of different lengths: where there is no word, the state stays."""
    pair = paired_models(submission, reference, "LSTM", 3, 4, rng=rng)
    mask = np.arange(5) < np.array([[5], [2], [3]])
    x, state = rng.normal(size=(3, 5, 3)), states(rng, 3, 4)
    pair.same_forward(x, state, mask)
    equal(pair.student.state, pair.reference.state, "self.state with a mask", rtol=RTOL)
    pair.same_backward(x, state, mask, rng=rng)
