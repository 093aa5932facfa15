"""Stacks of recurrent layers take the place of one, for layers of every provider."""

import numpy as np
import pytest
from derivatives import assert_gradients_are_slopes

from framework.errors import UsageError
from framework.models import parts

STACK = {"layer": "lstm", "layers": 2, "dropout": {"name": "dropout", "keep_probability": 0.6}}
SIZES = {"vocabulary_size": 7, "embedding_size": 3, "hidden_size": 4}


def build(backend, cell, rng=None):
    rng = rng or np.random.default_rng(0)
    return backend.build("recurrent_lm", kind="language_model", rng=rng, cell=cell, **SIZES)


def test_a_stack_has_the_parameters_of_its_layers_with_dropout_or_without(backends):
    variational = {"name": "variational_dropout", "keep_probability": 0.6}
    weights = {"name": "recurrent_dropout", "keep_probability": 0.6, "drop": "weights"}
    for dropout in (None, STACK["dropout"], variational, weights):
        model = build(backends("numpy"), {**STACK, "dropout": dropout})
        shapes = {name: a.shape for name, a in model.parameters.items() if name.startswith("cell")}
        assert shapes == {
            "cell.layer_1.W_x": (3, 16),
            "cell.layer_1.W_h": (4, 16),
            "cell.layer_1.b": (16,),
            "cell.layer_2.W_x": (4, 16),
            "cell.layer_2.W_h": (4, 16),
            "cell.layer_2.b": (16,),
        }


def test_one_layer_is_the_layer_itself(backends):
    model = build(backends("numpy"), {"layer": "gru"})
    assert "cell.W_x" in model.parameters


@pytest.mark.parametrize("name", ["numpy", "torch"])
@pytest.mark.parametrize(
    ("dropout", "below", "factors"), [(0.5, 1.0, {0.0, 2.0}), (1.0, 0.5, None), (0.5, None, None)]
)
def test_dropout_below_the_first_layer_has_its_own_kind(backends, name, dropout, below, factors):
    """Without it, what is kept above the layer is exactly 1 / (1 − 0.5) of the whole."""
    backend = backends(name)
    rng = np.random.default_rng(0)
    above, first = (
        None if keep is None else {"name": "dropout", "keep_probability": keep}
        for keep in (dropout, below)
    )
    described = {"layer": "lstm", "dropout": above, "input_dropout": first}
    with backend.in_force():
        cell = parts.part(described)(3, 4, rng=rng)
    x = backend.arrays.from_numpy(rng.normal(size=(2, 5, 3)))
    dropped = backend.arrays.to_numpy(cell.forward(x))
    cell.eval()
    whole = backend.arrays.to_numpy(cell.forward(x))
    result = set(np.round(dropped / whole, 9).ravel())
    assert (result == factors) if factors else (result - {0.0, 2.0})


@pytest.mark.parametrize("name", ["numpy", "torch"])
def test_dropout_drops_in_training_alone(backends, name):
    backend = backends(name)
    model, tokens = build(backend, STACK), backend.arrays.from_numpy(np.array([[1, 2, 3]]))

    def differs():
        first, second = (backend.arrays.to_numpy(model.forward(tokens)) for _ in range(2))
        return (first != second).any()

    assert differs()
    model.eval()
    assert not differs()
    model.train()
    assert differs()


def test_gradients_go_through_what_was_kept(backends):
    """The masks are drawn again by starting `rng` anew."""
    rng = np.random.default_rng(3)
    model = build(backends("numpy"), STACK, rng)
    tokens, weights = rng.integers(7, size=(2, 3)), rng.normal(size=(2, 3, 7))
    drawn = rng.bit_generator.state

    def values():
        rng.bit_generator.state = drawn
        return model.forward(tokens) * weights

    values()
    model.backward(weights)
    assert_gradients_are_slopes(model, values, np.random.default_rng(4))


def test_a_dropped_layer_changes_its_precision(backends):
    model = build(backends("numpy"), STACK)
    model.astype("float32")
    assert model.forward(np.array([[1, 2]])).dtype == np.float32
    model.backward(np.ones((1, 2, 7), np.float32))
    assert model.gradients["cell.layer_1.W_x"].any()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"layers": 0}, "a stack has at least one layer, not 0: see `--layers`"),
        ({"dropout": 0.5}, "is described as {name='dropout',keep_probability=0.5}, not as 0.5"),
        (
            {"dropout": {"name": "dropout", "keep_probability": 0}},
            r"keep_probability lies in \(0, 1\], but got 0",
        ),
        ({"skip": "all"}, "`skip` of a stack is none, residual, dense, highway, not"),
    ],
)
def test_stacks_that_cannot_be_are_refused(backends, wrong, said):
    with pytest.raises(UsageError, match=said):
        build(backends("numpy"), {**STACK, **wrong})


@pytest.mark.parametrize("skip", ["residual", "dense", "highway"])
def test_gradients_of_connections_are_those_of_the_outputs(backends, skip):
    rng = np.random.default_rng(3)
    model = build(backends("numpy"), {**STACK, "layers": 3, "dropout": None, "skip": skip}, rng)
    tokens, weights = rng.integers(7, size=(2, 3)), rng.normal(size=(2, 3, 7))
    model.forward(tokens)
    model.backward(weights)
    assert model.parameters["cell.layer_2.W_x"].shape[0] == (7 if skip == "dense" else 4)
    assert ("cell.layer_2.gate.W" in model.parameters) == (skip == "highway")
    assert "cell.layer_1.gate.W" not in model.parameters  # 3 inputs, 4 states
    assert_gradients_are_slopes(model, lambda: model.forward(tokens) * weights, rng)


def test_highway_connections_first_copy_their_input(backends):
    """With open gates a layer returns its states, with closed ones its input."""
    backend, x = backends("numpy"), np.random.default_rng(0).normal(size=(2, 3, 4))
    with backend.in_force():
        described = {"layer": "rnn", "layers": 1 + 1, "skip": "highway"}
        cell = parts.part(described)(4, 4, rng=np.random.default_rng(1))
    assert (cell.parameters["layer_1.gate.b"] == -2).all()
    for name in ("layer_1.gate.b", "layer_2.gate.b"):
        cell.parameters[name][...] = -1e3
    np.testing.assert_array_equal(cell.forward(x), x)
    for name in ("layer_1.gate.b", "layer_2.gate.b"):
        cell.parameters[name][...] = 1e3
    with backend.in_force():
        plain = parts.part({"layer": "rnn", "layers": 2})(4, 4, rng=np.random.default_rng(1))
    for name, value in plain.parameters.items():
        value[...] = cell.parameters[name]
    np.testing.assert_allclose(cell.forward(x), plain.forward(x), rtol=1e-12)


@pytest.mark.parametrize("name", ["numpy", "torch"])
@pytest.mark.parametrize("below", [None, {"name": "dropout", "keep_probability": 0.5}])
def test_dropped_matrices_leave_the_numbers_between_layers(backends, name, below):
    """With one mask for all steps, equal inputs of two sequences have equal outputs."""
    backend = backends(name)
    weights = {"name": "recurrent_dropout", "keep_probability": 0.5, "drop": "weights"}
    described = {"layer": "rnn", "layers": 2, "dropout": weights, "input_dropout": below}
    with backend.in_force():
        cell = parts.part(described)(3, 4, rng=np.random.default_rng(0))
    x = backend.arrays.from_numpy(np.ones((2, 5, 3)))
    first, second = (backend.arrays.to_numpy(cell.forward(x)) for _ in range(2))
    assert (first != second).any()  # new masks of the matrices in each call
    assert np.array_equal(first[0], first[1]) == (below is None)
    assert np.mean(first == 0) < 0.2  # half of them, if numbers above a layer were dropped
