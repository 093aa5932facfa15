"""A sum of recurrent layers takes the place of one, and has a tuple as its state."""

import numpy as np
import pytest

from autograder.sandbox.worker.summed_cells import with_sums
from framework.errors import UsageError
from framework.models.parts import part, parts_from
from framework.providers.default_parts import default_part

N, T, D, H = 2, 4, 3, 5


@pytest.fixture
def draws():
    return np.random.default_rng(3)


@pytest.fixture
def build(draws):
    """`build(layers, ...)`: the sum of these layers."""
    with parts_from(with_sums(default_part)):
        yield lambda *layers, **more: part({"sum_of": layers, **more})(D, H, rng=draws)


def test_it_is_the_sum_of_its_layers(build, draws):
    cell = build("rnn", "lstm")
    x, grad_h = draws.normal(size=(N, T, D)), draws.normal(size=(N, T, H))
    rnn, lstm = cell.layers
    np.testing.assert_allclose(cell.forward(x), rnn.forward(x) + lstm.forward(x))
    assert set(cell.parameters) == {
        f"layer_{i}.{name}" for i in (1, 2) for name in ("W_x", "W_h", "b")
    }
    cell.forward(x, None, np.arange(T) < np.array([[4], [2]]))
    grad_x, (grad_h_0, (_, grad_c_0)) = cell.backward(grad_h)
    np.testing.assert_allclose(grad_x, sum(layer.backward(grad_h)[0] for layer in cell.layers))
    assert grad_h_0.shape == grad_c_0.shape == (N, H)


@pytest.mark.parametrize("h_first", [False, True])
def test_the_state_has_those_of_all_layers_or_first_the_sum(build, draws, h_first):
    cell = build("rnn", "gru", h_first=True) if h_first else build("rnn", "lstm")
    x = draws.normal(size=(N, T, D))
    whole = cell.forward(x)
    first = cell.forward(x[:, :2], cell.initial_state(N))
    h, other = cell.state
    assert h.shape == (other if h_first else other[1]).shape == (N, H)
    assert not h_first or np.allclose(h, first[:, -1])
    second = cell.forward(x[:, 2:], cell.state)
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), whole)


def test_the_gradients_of_a_state_with_the_sum_are_those_of_its_parts(build, draws):
    cell = build("rnn", "gru", h_first=True)
    x, grad_h = draws.normal(size=(N, T, D)), draws.normal(size=(N, T, H))
    state, step = draws.normal(size=(2, N, H)), 1e-6 * draws.normal(size=(2, N, H))
    up, down = (cell.forward(x, tuple(state + sign * step)) for sign in (1, -1))
    cell.forward(x, tuple(state))
    _, grads = cell.backward(grad_h)
    expected = (grad_h * (up - down)).sum() / 2
    np.testing.assert_allclose((np.array(grads) * step).sum(), expected, rtol=1e-6)


@pytest.mark.parametrize("state", [np.zeros((N, H)), (np.zeros((N, H)),)])
def test_another_state_is_refused(build, draws, state):
    with pytest.raises(ValueError, match="a tuple of 2 arrays"):
        build("rnn", "lstm").forward(draws.normal(size=(N, T, D)), state)


def test_no_layer_is_an_error():
    with pytest.raises(UsageError, match="needs one layer"):
        with_sums(default_part)({"sum_of": []})
