"""Checks of stacked layers that you can see. `grade stacked` runs them and the hidden ones.

The layers are your own: `RNN` here, `LSTM` as well in the hidden checks.
"""

import numpy as np
import pytest

from autograder.checks import assign, equal, expect, paired_models, part

D, H = 3, 4
KINDS = (None, "skip", "dense")


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
@pytest.mark.promise(
    "arguments are never changed.",
)
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
@pytest.mark.promise(
    "h⁽ˡ⁾ where the layer changes the number of features",
)
def test_skip(submission, reference, rng):
    """Skip connections: x + h; h where a layer has more or fewer features than it reads."""
    for features in (D, H + 1, 1):
        pair = stacks(submission, reference, "skip", rng, features=features)
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
    pair = stacks(submission, reference, "skip", rng)
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
@pytest.mark.promise(
    "Not modified.",
    "arguments are never changed.",
)
def test_backward(submission, reference, rng):
    """Backward through three layers."""
    pair = stacks(submission, reference, None, rng)
    pair.same_backward(rng.normal(size=(2, 5, D)), some_states(rng), rng=rng)


@pytest.mark.task("Stacked")
@pytest.mark.points(2)
@pytest.mark.hint("One gradient goes around a layer, one through it: add both.")
def test_backward_with_skips(submission, reference, rng):
    """Backward with skip connections."""
    for features in (D, H + 1):
        pair = stacks(submission, reference, "skip", rng, features=features)
        pair.same_backward(rng.normal(size=(2, 5, features)), some_states(rng), rng=rng)


@pytest.mark.task("Stacked")
@pytest.mark.points(2)
@pytest.mark.hint("Split the gradient where x ends: the left part goes around the layer.")
def test_backward_with_dense_connections(submission, reference, rng):
    """Backward with dense connections."""
    pair = stacks(submission, reference, "dense", rng)
    pair.same_backward(rng.normal(size=(2, 5, D)), some_states(rng), rng=rng)


@pytest.mark.task("Stacked")
@pytest.mark.points(1.5)
@pytest.mark.parametrize("skip", KINDS)
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
    found, expected = {}, {}
    for skip in KINDS:
        layers = rnns(depth, skip, rng, size, size)
        pair = paired_models(submission, reference, "Stacked", layers, skip)
        found[skip], expected[skip] = _arriving(pair, depth, size, rng)
    plot(
        "The gradient that arrives at each of eight layers",
        {"no connections": found[None], "skip": found["skip"], "dense": found["dense"]},
        x=range(1, depth + 1), x_label="layer", y_label="norm / norm of layer 8", log=True,
    )  # fmt: skip
    # Over 500 draws the log of the lowest norm over the highest was 0.66 ± 0.31 with skip
    # connections, −1.64 ± 0.23 with dense ones, −4.4 ± 0.54 with none; that of the bound is −3.
    for skip in ("skip", "dense"):
        expect(
            found[skip][0] > 0.05,
            f"with skip='{skip}' the lowest of eight layers gets {found[skip][0]:.2g} times the "
            f"gradient of the highest, without connections {found[None][0]:.2g}: too little goes "
            "around the layers",
        )
    for skip in KINDS:
        what = f"the norm of the gradient of b in each of eight layers, with skip={skip!r},"
        equal(found[skip], expected[skip], what, rtol=1e-6)


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
    found = []
    for model in (pair.student, pair.reference):
        model.forward(x)
        model.backward(grad)
        gradients = model.gradients
        norms = [np.linalg.norm(gradients[f"layer_{i}.b"]) for i in range(1, depth + 1)]
        found.append(np.array(norms) / norms[-1])
    return found
