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
def cell(draws):
    with parts_from(with_sums(default_part)):
        yield part({"sum_of": ["rnn", "lstm"]})(D, H, rng=draws)


def test_it_is_the_sum_of_its_layers(cell, draws):
    x = draws.normal(size=(N, T, D))
    rnn, lstm = cell.layers
    np.testing.assert_allclose(cell.forward(x), rnn.forward(x) + lstm.forward(x))
    assert set(cell.parameters) == {
        f"layer_{i}.{name}" for i in (1, 2) for name in ("W_x", "W_h", "b")
    }


def test_the_state_has_those_of_all_layers(cell, draws):
    x = draws.normal(size=(N, T, D))
    whole = cell.forward(x)
    first = cell.forward(x[:, :2], cell.initial_state(N))
    h, (_, c) = cell.state
    assert h.shape == c.shape == (N, H)
    second = cell.forward(x[:, 2:], cell.state)
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), whole)


def test_the_gradient_of_x_is_a_sum(cell, draws):
    x, grad_h = draws.normal(size=(N, T, D)), draws.normal(size=(N, T, H))
    mask = np.arange(T) < np.array([[4], [2]])
    cell.forward(x, None, mask)
    grad_x, (grad_h_0, (_, grad_c_0)) = cell.backward(grad_h)
    parts = [layer.backward(grad_h)[0] for layer in cell.layers]
    np.testing.assert_allclose(grad_x, sum(parts))
    assert grad_h_0.shape == grad_c_0.shape == (N, H)


@pytest.fixture
def h_first(draws):
    with parts_from(with_sums(default_part)):
        yield part({"sum_of": ["rnn", "gru"], "h_first": True})(D, H, rng=draws)


def test_the_first_part_of_the_state_may_be_the_sum(h_first, draws):
    x = draws.normal(size=(N, T, D))
    whole = h_first.forward(x)
    assert h_first.initial_state(N)[0].shape == (N, H)
    first = h_first.forward(x[:, :2], h_first.initial_state(N))
    np.testing.assert_allclose(h_first.state[0], first[:, -1])
    second = h_first.forward(x[:, 2:], h_first.state)
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), whole)


def test_the_gradients_of_such_a_state_are_those_of_its_parts(h_first, draws):
    x, grad_h = draws.normal(size=(N, T, D)), draws.normal(size=(N, T, H))
    state, step = draws.normal(size=(2, N, H)), 1e-6 * draws.normal(size=(2, N, H))
    up, down = (h_first.forward(x, tuple(state + sign * step)) for sign in (1, -1))
    h_first.forward(x, tuple(state))
    _, grads = h_first.backward(grad_h)
    expected = (grad_h * (up - down)).sum() / 2
    np.testing.assert_allclose((np.array(grads) * step).sum(), expected, rtol=1e-6)


@pytest.mark.parametrize("state", [np.zeros((N, H)), (np.zeros((N, H)),)])
def test_another_state_is_refused(cell, draws, state):
    with pytest.raises(ValueError, match="a tuple of 2 arrays"):
        cell.forward(draws.normal(size=(N, T, D)), state)


def test_no_layer_is_an_error():
    with pytest.raises(UsageError, match="needs one layer"):
        with_sums(default_part)({"sum_of": []})
