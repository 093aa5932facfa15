"""Hidden checks of stacked layers: other layers, other sizes, one layer, masks with gaps."""

import numpy as np
import pytest

from autograder.checks import assign, equal, expect, in_float32, paired_models, part, refuses

RTOL = 1e-7
KINDS = (None, "residual", "dense")


def stack_of(submission, reference, skip, layers, rng):
    """Paired models of these layers with random parameters."""
    pair = paired_models(submission, reference, "Stacked", layers, skip)
    pair.draw_parameters(rng)
    return pair


@pytest.mark.task("Stacked")
@pytest.mark.points(2)
@pytest.mark.hint(
    "Take the state of each layer without looking into it: that of an LSTM has two arrays."
)
@pytest.mark.parametrize("skip", KINDS)
@pytest.mark.promise("layers-of-any-kind")
def test_layers_of_other_kinds(submission, reference, rng, skip):
    """An LSTM between two RNNs of other sizes."""
    second, third = (7, 9) if skip == "dense" else (4, 2)
    layers = [part("rnn", 3, 4, rng=rng), part("lstm", second, 2, rng=rng)]
    layers.append(part("rnn", third, 2, rng=rng))
    pair = stack_of(submission, reference, skip, layers, rng)
    mask, x = np.arange(4) < np.array([[4], [2]]), rng.normal(size=(2, 4, 3))
    state = pair.reference.initial_state(2)
    equal(pair.student.initial_state(2), state, "initial_state(2)")
    pair.same_forward(x, state, mask, rtol=RTOL)
    equal(pair.student.state, pair.reference.state, "self.state", rtol=RTOL)
    pair.same_backward(x, state, mask, rng=rng, rtol=RTOL)


@pytest.mark.task("Stacked")
@pytest.mark.points(1.5)
@pytest.mark.hint("A single layer has a connection, too; with 'dense' the result is its h.")
@pytest.mark.parametrize("skip", KINDS)
@pytest.mark.promise("layers-of-any-kind", "float32-stays", "Stacked.forward.x")
def test_one_layer(submission, reference, rng, skip):
    """A stack of one layer; every size 1; float32."""
    for N, T, D in ((1, 1, 1), (3, 2, 5)):
        pair = stack_of(submission, reference, skip, [part("rnn", D, D, rng=rng)], rng)
        pair.same_backward(rng.normal(size=(N, T, D)), rng=rng)
    if in_float32(pair):
        x = rng.normal(size=(2, 3, 5)).astype(np.float32)
        pair.same_forward(x, rtol=1e-4)
        pair.same_backward(x, rng=rng, rtol=1e-4)


@pytest.mark.task("Stacked")
@pytest.mark.points(0.75)
@pytest.mark.hint("Calls of forward are independent; backward belongs to the last one.")
@pytest.mark.parametrize("skip", KINDS)
@pytest.mark.promise("backward-of-the-last-forward", "masks-with-gaps")
def test_repeated_calls(submission, reference, rng, skip):
    """Calls are independent; masks with gaps; backward belongs to the last forward."""
    sizes = (3, 6, 9, 12) if skip == "dense" else (3, 3, 3, 3)
    layers = [part("rnn", size, 3, rng=rng) for size in sizes]
    pair = stack_of(submission, reference, skip, layers, rng)
    x = rng.normal(size=(2, 5, 3))
    once = pair.student.forward(x)
    pair.same_backward(rng.normal(size=(3, 2, 3)), None, rng.random((3, 2)) < 0.5, rng=rng)
    pair.same_backward(x, rng=rng)
    equal(pair.student.forward(x), once, "the result for the same x, read again")


@pytest.mark.task("Stacked")
@pytest.mark.points(1.5)
@pytest.mark.hint("zip(..., strict=True) raises an error for different lengths; the rest is given.")
@pytest.mark.promise("Stacked.forward.raises", "Stacked.raises")
def test_what_does_not_fit(submission, rng):
    """A wrong number of states and invalid arguments of Stacked are errors."""
    layer = part("rnn", 3, 3, rng=rng)
    stack = submission.Stacked([part("rnn", 3, 3, rng=rng) for _ in range(2)])
    x, state = rng.normal(size=(2, 4, 3)), rng.normal(size=(2, 3))
    refuses(stack, "forward", x, (state,))
    refuses(stack, "forward", x, (state, state, state))
    for layers, skip in (([], None), ([layer, layer], None), ([layer], "skip")):
        refuses(submission, "Stacked", layers, skip)


@pytest.mark.task("RecurrentDropout")
@pytest.mark.points(2)
@pytest.mark.hint("With p = 1 every mask is 1: then your gradients must be those of your forward.")
@pytest.mark.parametrize("drop", ["inputs", "weights"])
@pytest.mark.promise("kept-entries-grow", "RecurrentDropout.keep_probability")
def test_everything_kept(submission, reference, rng, drop):
    """RecurrentDropout: with p = 1 in training it is the layer; float32; one step."""
    name = "RecurrentDropout"
    for layer, sizes in (("rnn", (3, 4)), ("lstm", (2, 3)), ("rnn", (1, 1))):
        pair = paired_models(submission, reference, name, part(layer, *sizes, rng=rng), 1.0, drop,
                             rng=rng)  # fmt: skip
        for T in (1, 4):
            pair.same_backward(rng.normal(size=(2, T, sizes[0])), rng=rng, rtol=RTOL)
    pair.accumulates(rng.normal(size=(2, 3, 1)), rng=rng)
    if in_float32(pair):
        x = rng.normal(size=(2, 3, 1)).astype(np.float32)
        pair.same_forward(x, rtol=1e-4)
        pair.same_backward(x, rng=rng, rtol=1e-4)


@pytest.mark.task("RecurrentDropout")
@pytest.mark.points(3)
@pytest.mark.hint("Each forward draws new masks; backward uses those of the last forward.")
@pytest.mark.promise("half-kept-and-doubled", "RecurrentDropout.raises")
def test_each_call_draws_new_masks(submission, reference, rng):
    """RecurrentDropout: two calls differ, in a stack, too; an unknown `drop` is an error."""
    seed = int(rng.integers(10**6))
    models = [
        module.RecurrentDropout(
            part("rnn", 3, 4, rng=rng), 0.5, "weights", rng=np.random.default_rng(seed)
        )
        for module in (submission, reference)
    ]
    values = {name: rng.normal(size=v.shape) for name, v in models[1].parameters.items()}
    x = rng.normal(size=(2, 3, 3))
    answers = []
    for model in models:
        assign(model, values)
        answers.append([model.forward(x) for _ in range(4)])
        model.zero_gradients()
        model.backward(np.ones((2, 3, 4)))
    equal(answers[0], answers[1], "the states in four calls of forward")
    different = {np.asarray(h).tobytes() for h in answers[0]}
    expect(len(different) == 4, "two of four calls of forward in training gave the same states")
    equal(models[0].gradients, models[1].gradients, "the gradients of the last of four calls")
    refuses(submission, "RecurrentDropout", part("rnn", 3, 3, rng=rng), 0.5, "states", rng=rng)
