"""Checks of the QRNN that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import (
    assign,
    classifier_chunks,
    equal,
    expect,
    in_float32,
    paired_models,
    real_array,
    trained_models,
)

RTOL = 1e-7
D, H = 3, 4


def some_state(rng, N, width=2):
    """h_0, c_0 and the inputs before the first step."""
    return rng.normal(size=(N, H)), rng.normal(size=(N, H)), rng.normal(size=(N, width - 1, D))


@pytest.mark.task("QRNN")
@pytest.mark.points(3.5)
@pytest.mark.hint("W[1] multiplies x_t, W[0] the input before; z is the first block, f the second.")
def test_one_step(submission, reference, rng):
    """f pooling: one step from the zero state, and one from a given state."""
    pair = paired_models(submission, reference, "QRNN", D, H, rng=rng)
    x = rng.normal(size=(2, 1, D))
    pair.same_forward(x)
    pair.same_forward(x, some_state(rng, 2))


@pytest.mark.task("QRNN")
@pytest.mark.points(3.5)
@pytest.mark.hint(
    "The window of step t reads x_{t−1} and x_t; the first one reads an input of the state."
)
@pytest.mark.promise("QRNN.forward")
def test_all_steps(submission, reference, rng):
    """f pooling: a whole sequence from a given state."""
    pair = paired_models(submission, reference, "QRNN", D, H, rng=rng)
    pair.same_forward(rng.normal(size=(2, 6, D)), some_state(rng, 2))


@pytest.mark.task("QRNN")
@pytest.mark.points(1)
@pytest.mark.hint("The state keeps width − 1 inputs: none with width 1, two with width 3.")
@pytest.mark.parametrize("width", [1, 3])
def test_other_widths(submission, reference, rng, width):
    """Windows of one input, and of three."""
    pair = paired_models(submission, reference, "QRNN", D, H, width, rng=rng)
    pair.same_forward(rng.normal(size=(2, 5, D)), some_state(rng, 2, width))


@pytest.mark.task("QRNN")
@pytest.mark.points(1)
@pytest.mark.hint("The blocks are in the order z, f, o, i. Only ifo has a block for i.")
@pytest.mark.parametrize("pooling", ["fo", "ifo"])
def test_other_poolings(submission, reference, rng, pooling):
    """fo and ifo pooling."""
    pair = paired_models(submission, reference, "QRNN", D, H, 2, pooling, rng=rng)
    pair.same_forward(rng.normal(size=(2, 5, D)), some_state(rng, 2))


@pytest.mark.task("QRNN")
@pytest.mark.points(3.5)
@pytest.mark.hint("With a single step, the inputs before it are only in the state.")
def test_state_is_carried(submission, reference, rng):
    """Single steps, with the state carried over, give the same as one call."""
    pair = paired_models(submission, reference, "QRNN", D, H, 3, "fo", rng=rng)
    model, x = pair.student, rng.normal(size=(2, 5, D))
    whole = pair.same_forward(x)
    equal(model.state, pair.reference.state, "self.state: h, c and the last inputs", rtol=RTOL)
    state, steps = None, []
    for t in range(5):
        steps.append(model.forward(x[:, t : t + 1], state))
        state = model.state
    steps = np.concatenate(steps, axis=1)
    equal(steps, whole, "h of five calls with one step each, against one call", rtol=RTOL)


@pytest.mark.task("QRNN")
@pytest.mark.points(3.5)
@pytest.mark.hint("The window has two inputs, x_1 and one from the state; c_0 is multiplied by f.")
def test_backward_through_one_step(submission, reference, rng):
    """Backward through one step, with the gradients of the state."""
    pair = paired_models(submission, reference, "QRNN", D, H, rng=rng)
    pair.same_backward(rng.normal(size=(2, 1, D)), some_state(rng, 2), rng=rng)


@pytest.mark.task("QRNN")
@pytest.mark.points(5)
@pytest.mark.hint(
    "Add f_{t+1} ∘ ∂c_{t+1} to ∂c_t; x_t gets a gradient from each window that reads it."
)
@pytest.mark.promise("QRNN.forward", "unchanged", "dtype")
def test_backward_through_time(submission, reference, rng):
    """Backward through six steps, also after the caller has changed the states."""
    pair = paired_models(submission, reference, "QRNN", D, H, rng=rng)
    x, state = rng.normal(size=(2, 6, D)), some_state(rng, 2)
    pair.same_backward(x, state, rng=rng)
    pair.result_is_the_callers(x, state, rng=rng, keeps=["state"])
    if in_float32(pair):
        single = tuple(array.astype(np.float32) for array in state)
        pair.same_backward(x.astype(np.float32), single, rng=rng, rtol=1e-3, atol=1e-4)


@pytest.mark.task("QRNN")
@pytest.mark.points(2.25)
@pytest.mark.hint("∂o = ∂h ∘ c; with a gate i, ∂f = ∂c ∘ c_{t−1}.")
@pytest.mark.parametrize("pooling", ["fo", "ifo"])
def test_backward_of_other_poolings(submission, reference, rng, pooling):
    """Backward through fo and ifo pooling."""
    pair = paired_models(submission, reference, "QRNN", D, H, 2, pooling, rng=rng)
    pair.same_backward(rng.normal(size=(2, 5, D)), some_state(rng, 2), rng=rng)


@pytest.mark.task("QRNN")
@pytest.mark.points(3.5)
@pytest.mark.hint(
    "First the gates, from the last step to the first; then each W_k for all steps at once."
)
def test_gradients_are_right(submission, reference, rng):
    """The gradients agree with numerical gradients of your own forward."""
    pair = paired_models(submission, reference, "QRNN", D, H, 2, "ifo", rng=rng)
    pair.gradients_agree(rng.normal(size=(2, 5, D)), some_state(rng, 2), rng=rng)
    large = paired_models(submission, reference, "QRNN", 40, 50, 2, rng=rng, scale=0.1)
    large.many_gradients(rng.normal(size=(1, 4, 40)), rng=rng)


@pytest.mark.task("QRNN")
@pytest.mark.points(2.25)
@pytest.mark.hint("`self.gradients[name] += ...`, never `=`.")
def test_gradients_add_up(submission, reference, rng):
    """A second backward adds to the gradients of the first."""
    pair = paired_models(submission, reference, "QRNN", D, H, rng=rng)
    pair.accumulates(rng.normal(size=(2, 4, D)), some_state(rng, 2), rng=rng)


@pytest.mark.task("QRNN")
@pytest.mark.points(1)
@pytest.mark.hint(
    "f = 1 and i = 0 where there is no word; and x is 0 there, for the windows after it."
)
@pytest.mark.parametrize("pooling", ["f", "ifo"])
def test_steps_without_words(submission, reference, rng, pooling):
    """Sequences of different lengths: where there is no word, the state stays."""
    pair = paired_models(submission, reference, "QRNN", D, H, 2, pooling, rng=rng)
    mask = np.arange(5) < np.array([[5], [2], [3]])
    x, state = rng.normal(size=(3, 5, D)), some_state(rng, 3)
    pair.same_forward(x, state, mask)
    equal(pair.student.state, pair.reference.state, "self.state with a mask", rtol=RTOL)
    pair.same_backward(x, state, mask, rng=rng)


def zoned_out(submission, zoneout, rng, pooling="f"):
    """A layer of width 1 with given weights, and a function x -> z, f, o, i of all steps."""
    model = submission.QRNN(D, H, 1, pooling, zoneout=zoneout, rng=rng)
    W, b = rng.normal(size=(1, D, H * (1 + len(pooling)))), rng.normal(size=H * (1 + len(pooling)))
    assign(model, {"W": W, "b": b})

    def gates(x):
        z, *blocks = np.split(x @ W[0] + b, 1 + len(pooling), axis=-1)
        f, *others = (1 / (1 + np.exp(-block)) for block in blocks)
        o = others[0] if others else np.ones_like(f)
        return np.tanh(z), f, o, others[1] if len(others) > 1 else 1 - f

    return model, gates


@pytest.mark.task("QRNN")
@pytest.mark.points(3)
@pytest.mark.hint("Where u < zoneout, f = 1 and i = 0: then c_t is c_{t−1}, to the last bit.")
@pytest.mark.promise("zoneout", "zoneout-at-test")
def test_zoneout(submission, rng):
    """In training, a share of c keeps its value at each step; at test time none does."""
    model, gates = zoned_out(submission, 0.3, rng)
    x, c_0 = rng.normal(size=(30, 40, D)), rng.normal(size=(30, H))
    state = (np.zeros((30, H)), c_0, np.zeros((30, 0, D)))
    z, f, _, _ = gates(x)
    c = real_array(model.forward(x, state), (30, 40, H), "QRNN.forward with zoneout")
    past = np.concatenate([c_0[:, None], c[:, :-1]], axis=1)
    kept = np.isclose(c, past, rtol=1e-9, atol=0)
    what = "c where it does not keep its value"
    equal(c, np.where(kept, past, f * past + (1 - f) * z), what, rtol=RTOL)
    share = float(kept.mean())
    # A right share of 4800 numbers is further off about once in a thousand million times.
    expect(abs(share - 0.3) < 0.041, f"with zoneout=0.3 the share {share:.3f} of c is kept")
    for axis, name in enumerate(("texts", "steps", "features")):
        all_equal = (kept == kept.take([0], axis)).all()
        expect(not all_equal, f"the same numbers are kept in all {name}")
    model.eval()
    h = c_0
    for t in range(40):
        h = f[:, t] * h + (1 - f[:, t]) * z[:, t]
    equal(model.forward(x, state)[:, -1], h, "the last h in evaluation, without zoneout", rtol=RTOL)


SET, ON, OFF, WORDS = 0, 1, 2, 5


def commands(count, rng, ids, T=20):
    """Return one-hot texts `(count, T, WORDS)` and which phrase came last: *set on*, 1, or 0.

    `ids` are those of the words.

    0 is *set off*. All texts begin with one of the two phrases, so the answer is known from the
    second step on; at the first step it is 0.
    """
    words = rng.integers(WORDS, size=(count, T))
    words[:, 0], words[:, 1] = SET, rng.integers(ON, OFF + 1, size=count)
    told = np.full((count, T), -1)
    after_set = words[:, :-1] == SET
    told[:, 1:] = np.where(after_set & (words[:, 1:] == ON), 1, told[:, 1:])
    told[:, 1:] = np.where(after_set & (words[:, 1:] == OFF), 0, told[:, 1:])
    latest = np.maximum.accumulate(np.where(told >= 0, np.arange(T), 0), axis=1)
    answers = np.take_along_axis(told, latest, axis=1)
    answers[:, 0] = 0
    return np.eye(WORDS)[ids[words]], answers


def share_known(model, x, right):
    """Return the share of steps, from the second on, at which the last phrase is known."""
    return float((model.forward(x).argmax(axis=2) == right)[:, 1:].mean())


@pytest.mark.task("QRNN")
@pytest.mark.points(5)
@pytest.mark.hint(
    "If all checks above pass: does z read both inputs, and does f have its own weights?"
)
def test_remembers_a_phrase(submission, reference, metric_threshold, rng):
    """Trained, it remembers which of two phrases came last."""

    def shares(rng):
        ids = rng.permutation(WORDS)
        x, answers = commands(400, rng, ids)
        models = trained_models(submission, reference, "QRNN", WORDS, 2, rng=rng)
        for _ in classifier_chunks(
            models, x, answers, epochs=30, batch_size=40, learning_rate=0.1,
            rng=rng,
        ):  # fmt: skip
            yield models.evaluate(share_known, *commands(200, rng, ids))

    share = "the share of steps at which it knows which phrase came last"
    metric_threshold("phrase_accuracy", shares, rng=rng, best=1.0, what=share)
