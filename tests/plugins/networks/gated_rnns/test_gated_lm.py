"""The gated language model and its accuracy on tensors, beside the NumPy ones."""

import numpy as np
import pytest
from built_on import arrays_of

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from framework.models.parts import parts_from  # noqa: E402
from framework.providers.plugins import Plugins  # noqa: E402

REGISTRY = Plugins().registry
TOKENS = np.array([[1, 4, 4, 0, 2], [0, 3, 0, 0, 5]])


def built(provider, cell, layers):
    def offered(name):
        return REGISTRY.get(name, provider)

    with parts_from(offered), arrays_of(provider):
        return offered("gated_lm")(6, 3, 4, cell, layers, rng=np.random.default_rng(3))


def close(actual, expected):
    np.testing.assert_allclose(np.asarray(actual), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("cell", "layers"), [("lstm", 1), ("lstm", 3), ("gru", 2), ("rnn", 2)])
def test_the_same_start_and_the_same_gradients(cell, layers):
    theirs, ours = built("numpy", cell, layers), built("torch", cell, layers)
    assert list(ours.parameters) == list(theirs.parameters)
    for name, value in theirs.parameters.items():
        np.testing.assert_array_equal(ours.parameters[name].numpy(), value)
    for _ in range(2):  # the second half of a text, from the state after the first
        state, our_state = getattr(theirs, "state", None), getattr(ours, "state", None)
        logits = theirs.forward(TOKENS, state)
        close(ours.forward(torch.tensor(TOKENS), our_state), logits)
        upstream = np.random.default_rng(5).normal(size=logits.shape)
        theirs.backward(upstream)
        ours.backward(torch.tensor(upstream))
    for name, gradient in theirs.gradients.items():
        close(ours.gradients[name], gradient)


def test_word_by_word():
    theirs, ours = built("numpy", "lstm", 2), built("torch", "lstm", 2)
    state, our_state = theirs.initial_state(2), ours.initial_state(2)
    for ids in TOKENS.T:
        expected, state = theirs.next_log_probabilities(ids, state)
        found, our_state = ours.next_log_probabilities(torch.tensor(ids), our_state)
        close(found, expected)


def test_accuracy_by_distance():
    prefixes = [TOKENS[0], TOKENS[1, :2], TOKENS[0, :4], TOKENS[1]]
    right, wrong, distances = np.array([[1, 2, 3, 4], [2, 1, 5, 0], [3, 0, 3, 0]])
    model, ours = built("numpy", "lstm", 1), built("torch", "lstm", 1)
    expected = REGISTRY.get("agreement_accuracy", "numpy")(model, prefixes, right, wrong, distances)
    items = [torch.tensor(values) for values in (right, wrong, distances)]
    accuracy = REGISTRY.get("agreement_accuracy", "torch")
    found = accuracy(ours, [torch.tensor(prefix) for prefix in prefixes], *items)
    assert list(found.items()) == list(expected.items())
    with pytest.raises(ValueError, match="every item needs"):
        accuracy(ours, [torch.tensor(TOKENS[0])], *items)
