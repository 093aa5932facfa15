"""Checks of stacked layers that you can see. The course has hidden ones, too.

The layers are your own: `RNN` here, `LSTM` as well in the hidden checks.
"""

from functools import partial

import numpy as np
import pytest

from autograder.checks import (
    InstanceCalls,
    assign,
    equal,
    expect,
    in_float32,
    paired_models,
    part,
    used_in_turn,
)

D, H = 3, 4
KINDS = (None, "residual", "dense")


def rnns(depth, skip, rng, size=H, features=D):
    """`depth` layers of `size` units; the first one reads `features`."""
    wide = [features + i * size if skip == "dense" else size for i in range(1, depth)]
    return [part("rnn", inputs, size, rng=rng) for inputs in (features, *wide)]


def stacks(submission, reference, skip, rng, depth=3, features=D):
    """Paired models of three layers with random parameters."""
    layers = rnns(depth, skip, rng, features=features)
    pair = paired_models(submission, reference, "Stacked", layers, skip)
    pair.draw_parameters(rng)
    return pair


def some_states(rng, depth=3, N=2):
    """A first state for each layer."""
    return tuple(rng.normal(size=(N, H)) for _ in range(depth))


@pytest.mark.task("Stacked")
@pytest.mark.points(2)
@pytest.mark.hint("The states of a layer are the inputs of the next one.")
@pytest.mark.promise("arguments-stay")
def test_forward(submission, reference, rng):
    """Three layers, from their initial states and from given ones."""
    pair = stacks(submission, reference, None, rng)
    x = rng.normal(size=(2, 5, D))
    pair.same_forward(x)
    pair.same_forward(x, some_states(rng))
    pair.same_forward(x)


@pytest.mark.task("Stacked")
@pytest.mark.points(1.5)
@pytest.mark.hint("Layer 1 changes the number of features here: x cannot be added to its h.")
@pytest.mark.promise("Stacked.forward")
def test_skip(submission, reference, rng):
    """Skip connections: x + h; h where a layer has more or fewer features than it reads."""
    for features in (D, H + 1, 1):
        pair = stacks(submission, reference, "residual", rng, features=features)
        pair.same_forward(rng.normal(size=(2, 5, features)), some_states(rng))


@pytest.mark.task("Stacked")
@pytest.mark.points(1.5)
@pytest.mark.hint("A layer reads x first, then the states of all layers below; the result is h.")
def test_dense(submission, reference, rng):
    """Dense connections: [x, h]."""
    pair = stacks(submission, reference, "dense", rng)
    pair.same_forward(rng.normal(size=(2, 5, D)), some_states(rng))


@pytest.mark.task("Stacked")
@pytest.mark.points(2)
@pytest.mark.hint("self.state and initial_state: one state for each layer, as a tuple from below.")
def test_like_one_layer(submission, reference, rng):
    """A stack can go on from its state, like one layer, and never looks ahead."""
    pair = stacks(submission, reference, "residual", rng)
    model, x = pair.student, rng.normal(size=(2, 7, D))
    equal(model.initial_state(2), pair.reference.initial_state(2), "initial_state(2)")
    whole = pair.same_forward(x)
    equal(model.state, pair.reference.state, "self.state")
    first = model.forward(x[:, :4], model.initial_state(2))
    second = model.forward(x[:, 4:], model.state)
    halves = np.concatenate([first, second], axis=1)
    equal(halves, whole, "the result of two calls, against that of one", rtol=1e-7)
    equal(first, whole[:, :4], "the first steps, read without the later ones", rtol=1e-7)


@pytest.mark.task("Stacked")
@pytest.mark.points(2.75)
@pytest.mark.hint("From the highest layer to the lowest; the tuple begins with the lowest.")
@pytest.mark.promise("Stacked.backward", "arguments-stay", "float32-stays")
def test_backward(submission, reference, rng):
    """Backward through three layers."""
    pair = stacks(submission, reference, None, rng)
    pair.same_backward(rng.normal(size=(2, 5, D)), some_states(rng), rng=rng)
    if in_float32(pair):
        pair.same_backward(
            rng.normal(size=(2, 5, D)).astype(np.float32), rng=rng, rtol=1e-3, atol=1e-4
        )


@pytest.mark.task("Stacked")
@pytest.mark.points(2)
@pytest.mark.hint("One gradient goes around a layer, one through it: add both.")
def test_backward_with_skips(submission, reference, rng):
    """Backward with skip connections."""
    for features in (D, H + 1):
        pair = stacks(submission, reference, "residual", rng, features=features)
        pair.same_backward(rng.normal(size=(2, 5, features)), some_states(rng), rng=rng)


@pytest.mark.task("Stacked")
@pytest.mark.points(2)
@pytest.mark.hint("Split the gradient where x ends: the left part goes around the layer.")
def test_backward_with_dense_connections(submission, reference, rng):
    """Backward with dense connections."""
    pair = stacks(submission, reference, "dense", rng)
    x = rng.normal(size=(2, 5, D))
    pair.same_backward(x, some_states(rng), rng=rng, keeps=["state"])
    other = stacks(submission, reference, "dense", rng, features=D + 1)
    pair.used_in_turn_with(other, (x,), (rng.normal(size=(2, 5, D + 1)),))


@pytest.mark.task("Stacked")
@pytest.mark.points(1.5)
@pytest.mark.parametrize("skip", KINDS)
@pytest.mark.hint(
    "With a connection, the input of a layer gets two gradients: through it and around it."
)
def test_gradients_are_right(submission, reference, rng, skip):
    """The gradients agree with numerical ones of your forward; a second backward adds to them."""
    pair = stacks(submission, reference, skip, rng, depth=2)
    x, state = rng.normal(size=(2, 3, D)), some_states(rng, depth=2)
    pair.gradients_agree(x, state, rng=rng)
    pair.accumulates(x, state, rng=rng)
    large = paired_models(submission, reference, "Stacked", rnns(2, skip, rng, 50, 50), skip)
    large.draw_parameters(rng, 0.1)
    large.many_gradients(rng.normal(size=(1, 3, 50)), rng=rng)


@pytest.mark.task("Stacked")
@pytest.mark.points(1.5)
@pytest.mark.hint("Every layer gets the mask.")
@pytest.mark.parametrize("skip", KINDS)
def test_steps_without_words(submission, reference, rng, skip):
    """Sequences of different lengths: without a word, all layers keep their states."""
    pair = stacks(submission, reference, skip, rng)
    mask = np.arange(5) < np.array([[5], [2]])
    x, state = rng.normal(size=(2, 5, D)), some_states(rng)
    pair.same_forward(x, state, mask)
    equal(pair.student.state, pair.reference.state, "self.state with a mask")
    pair.same_backward(x, state, mask, rng=rng)


@pytest.mark.task("Stacked")
@pytest.mark.points(2)
@pytest.mark.hint("Which part of a gradient does no layer multiply?")
def test_eight_layers(submission, reference, rng, plot):
    """With connections, the gradient reaches the lowest of eight layers."""
    depth, size = 8, 16
    actual, expected = {}, {}
    for skip in KINDS:
        layers = rnns(depth, skip, rng, size, size)
        pair = paired_models(submission, reference, "Stacked", layers, skip)
        actual[skip], expected[skip] = _arriving(pair, depth, size, rng)
    plot(
        "The gradient that arrives at each of eight layers",
        {"no connections": actual[None], "residual": actual["residual"], "dense": actual["dense"]},
        x=range(1, depth + 1), x_label="layer", y_label="norm / norm of layer 8", log=True,
    )  # fmt: skip
    # Over 500 draws the log of the lowest norm over the highest was 0.66 ± 0.31 with skip
    # connections, −1.64 ± 0.23 with dense ones, −4.4 ± 0.54 with none; that of the bound is −3.
    for skip in ("residual", "dense"):
        expect(
            actual[skip][0] > 0.05,
            f"with skip='{skip}' the lowest of eight layers gets {actual[skip][0]:.2g} times the "
            f"gradient of the highest, without connections {actual[None][0]:.2g}: too little goes "
            "around the layers",
        )
    for skip in KINDS:
        what = f"the norm of the gradient of b in each of eight layers, with skip={skip!r},"
        equal(actual[skip], expected[skip], what, rtol=1e-6)


def _arriving(pair, depth, size, rng):
    """Return the norms of the gradients of b over that in the highest layer, for both models."""
    values = pair.student.parameters
    small = {
        name: rng.normal(scale=0.5 * len(value) ** -0.5, size=value.shape) * (value.ndim == 2)
        for name, value in values.items()
    }
    pair.set_parameters(small)
    x, grad = rng.normal(size=(4, 10, size)), np.zeros((4, 10, size))
    grad[:, -1] = rng.normal(size=(4, size))
    answers = []
    for model in (pair.student, pair.reference):
        model.forward(x)
        model.backward(grad)
        gradients = model.gradients
        norms = [np.linalg.norm(gradients[f"layer_{i}.b"]) for i in range(1, depth + 1)]
        answers.append(np.array(norms) / norms[-1])
    return answers


def dropouts(submission, reference, layer, drop, rng, p=0.5):
    """Both models around a layer of `H` units, with the same parameters and generators."""
    seed = int(rng.integers(10**6))
    models = [
        module.RecurrentDropout(
            part(layer, D, H, rng=rng), p, drop, rng=np.random.default_rng(seed)
        )
        for module in (submission, reference)
    ]
    values = {
        name: rng.normal(scale=0.5, size=value.shape)
        for name, value in models[1].parameters.items()
    }
    for model in models:
        assign(model, values)
    return (*models, values)


def first_states(model, rng):
    """A first state in the form of `model.initial_state`, with random numbers."""
    state = model.initial_state(2)
    pair = isinstance(state, (tuple, list))
    actual = tuple(rng.normal(size=np.shape(part)) for part in (state if pair else (state,)))
    return actual if pair else actual[0]


def same_dropout(submission, reference, drop, rng):
    """Compare two passes in training, and the parameters after each call."""
    for layer in ("rnn", "lstm"):
        student, other, values = dropouts(submission, reference, layer, drop, rng)
        mask = np.arange(5) < np.array([[5], [3]])
        for _ in range(2):
            x, state = rng.normal(size=(2, 5, D)), first_states(other, rng)
            h = other.forward(x, state, mask)
            equal(student.forward(x, state, mask), h, f"forward of {drop!r} around {layer}")
            equal(student.parameters, values, "the parameters after forward")
            equal(student.state, other.state, "self.state")
            grad_h = rng.normal(size=h.shape)
            what = "the gradients that backward returns"
            equal(student.backward(grad_h), other.backward(grad_h), what)
            equal(student.parameters, values, "the parameters after backward")
            equal(student.gradients, other.gradients, f"the gradients after {drop!r}")
    models = [
        InstanceCalls(
            partial(
                submission.RecurrentDropout,
                part("rnn", D, H, rng=np.random.default_rng(seed)),
                0.5,
                drop,
                rng=np.random.default_rng(seed),
            ),
            [("forward", rng.normal(size=(2, 5, D))), ("backward", rng.normal(size=(2, 5, H)))],
            ["gradients", "state"],
        )
        for seed in (1, 2)
    ]
    used_in_turn(submission, *models)


@pytest.mark.task("RecurrentDropout")
@pytest.mark.points(4)
@pytest.mark.hint("self.dropouts['x'].forward(x) goes into the layer; states are left alone.")
@pytest.mark.promise(
    "states-are-never-dropped", "RecurrentDropout.forward", "RecurrentDropout.backward"
)
def test_dropped_inputs(submission, reference, rng):
    """RecurrentDropout: entries of x are dropped, anew at every step, and never states."""
    same_dropout(submission, reference, "inputs", rng)


@pytest.mark.task("RecurrentDropout")
@pytest.mark.points(7)
@pytest.mark.hint("W ∘ m during forward and during backward; the gradient of W is times m, too.")
@pytest.mark.promise("matrices-come-back", "biases-never-dropped", "RecurrentDropout.forward")
def test_dropped_weights(submission, reference, rng):
    """RecurrentDropout: entries of W_x and W_h are dropped, with one mask for all steps."""
    same_dropout(submission, reference, "weights", rng)


@pytest.mark.task("RecurrentDropout")
@pytest.mark.points(2)
@pytest.mark.hint("model.eval() reaches your Dropout layers: they return what they get.")
@pytest.mark.promise("nothing-dropped-in-evaluation")
@pytest.mark.parametrize("drop", ["inputs", "weights"])
def test_nothing_is_dropped_in_evaluation(submission, reference, rng, drop):
    """RecurrentDropout: in evaluation it is the layer itself, with right gradients."""
    pair = paired_models(
        submission, reference, "RecurrentDropout", part("rnn", D, H, rng=rng), 0.5, drop, rng=rng
    )
    for model in (pair.student, pair.reference):
        model.eval()
    x = rng.normal(size=(2, 4, D))
    plain = paired_models(reference, reference, part("rnn", D, H, rng=rng))
    plain.set_parameters(pair.reference.parameters)
    h = pair.same_forward(x, rng.normal(size=(2, H)))
    expect(h.shape == (2, 4, H), f"h has the shape {h.shape}")
    equal(pair.same_forward(x), plain.student.forward(x), "the states of the layer itself")
    pair.gradients_agree(x, rng=rng)
    pair.accumulates(x, rng=rng)


@pytest.mark.task("RecurrentDropout")
@pytest.mark.points(3)
@pytest.mark.hint("In 'inputs' the state goes from step to step as in the layer itself.")
def test_the_memory_is_kept(submission, reference, rng, plot):
    """RecurrentDropout: what an LSTM has stored is kept, where dropped states would lose it."""
    T, p, lines = 20, 0.8, {}
    student, other, _ = dropouts(submission, reference, "lstm", "inputs", rng, p)
    zeros = {name: np.zeros_like(value) for name, value in other.parameters.items()}
    zeros["b"][H : 2 * H] = 50.0  # f = 1: the cell keeps its content
    cell = rng.normal(size=(200, H))
    kept, last = [], []
    for model in (student, other):
        assign(model, zeros)
        state = np.zeros((200, H)), cell
        for _ in range(T):
            h = model.forward(rng.normal(size=(200, 1, D)), state)
            state = model.state
        kept.append(np.asarray(state[1]))
        last.append(h)
    equal(kept[0], cell, f"the cells after {T} steps with f = 1 and zero inputs to the cell")
    equal(kept[0], kept[1], f"the cells after {T} steps")
    equal(*last, f"h after {T} steps with f = 1 and zero inputs to the cell")
    lines["dropout on inputs"] = np.ones(T + 1)
    lines["dropout on states"] = p ** np.arange(T + 1)
    plot(
        "Share of a cell that is left",
        lines,
        x=range(T + 1),
        x_label="steps",
        y_label="share",
    )
