"""With its condition fixed, a conditional model is a language model like any other."""

import numpy as np
import pytest

from framework.models.conditioned import Conditioned
from framework.models.parts import parts_from
from framework.providers.backends import REFERENCE, part_source
from framework.providers.loaded_plugins import Plugins

CONDITION = np.array([[1.0, 0.0], [0.0, 1.0], [0.3, 0.7]])


@pytest.fixture
def model():
    registry = Plugins().registry
    with parts_from(part_source(registry, [REFERENCE])):
        return registry.get("conditional_lm", REFERENCE)(6, 2, 3, 4, rng=np.random.default_rng(0))


def test_it_says_what_the_model_says_when_told_the_condition(model):
    told, tokens = Conditioned(model, CONDITION), np.array([[1, 2, 3], [4, 5, 1], [2, 2, 2]])
    logits = model.forward(tokens, CONDITION)
    np.testing.assert_array_equal(told.forward(tokens), logits)
    log_p = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    state = told.initial_state(3)
    for t in range(3):
        result, state = told.next_log_probabilities(tokens[:, t], state)
        np.testing.assert_allclose(result, log_p[:, t], rtol=1e-12)


def test_another_number_of_texts_is_refused(model):
    with pytest.raises(ValueError, match=r"of 2 texts is \(2, 2\), not \(3, 2\)"):
        Conditioned(model, CONDITION).initial_state(2)


def test_sampling_gets_the_condition_too(model):
    """Words drawn after one condition and after another differ, for the same draws."""
    sample = Plugins().registry.get("sample", REFERENCE)
    model.parameters["W_0"] *= 50
    prefix = np.ones((3, 1), dtype=np.int64)
    first, other = (
        sample(Conditioned(model, c), prefix, 20, rng=np.random.default_rng(1))
        for c in (CONDITION, CONDITION[::-1])
    )
    assert first.shape == (3, 20)
    assert (first != other).any()
