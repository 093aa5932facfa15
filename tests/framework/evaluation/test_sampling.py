"""Sampled tokens follow the model's distribution, at any temperature."""

from itertools import islice

import numpy as np
import pytest

from framework.errors import BadInputError
from framework.evaluation.sampling import Tempered, sample_tokens
from framework.interfaces import LanguageModel, NumpyArrays

P = np.array([0.1, 0.2, 0.7])


class Memoryless(LanguageModel):
    """The same distribution whatever came before; its state is all it has read."""

    def __init__(self):
        super().__init__()
        self.read = []

    def initial_state(self, batch_size):
        return ()

    def next_log_probabilities(self, tokens, state):
        self.read.append(int(tokens[0]))
        assert state == tuple(self.read[:-1])
        return np.log(P)[None], (*state, int(tokens[0]))


def draw(count, model=None, *, prompt=(1, 2), seed=0, temperature=1.0):
    rng, arrays = np.random.default_rng(seed), NumpyArrays()
    tempered = Tempered(model or Memoryless(), arrays, temperature)
    return list(islice(sample_tokens(tempered, prompt, arrays=arrays, rng=rng), count))


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_frequencies_follow_the_distribution_at_a_temperature(temperature):
    expected = P ** (1 / temperature) / np.sum(P ** (1 / temperature))
    result = np.bincount(draw(2000, temperature=temperature), minlength=3) / 2000
    np.testing.assert_allclose(result, expected, atol=5 * 0.5 / np.sqrt(2000))


def test_a_seed_or_temperature_zero_settles_the_text():
    assert draw(20, seed=3) == draw(20, seed=3) != draw(20, seed=4)
    assert draw(5, temperature=0.0) == [2] * 5


def test_the_prompt_is_read_first_then_what_was_drawn():
    model = Memoryless()
    tokens = draw(4, model, prompt=[1, 2, 0])
    assert model.read == [1, 2, 0, *tokens[:-1]]


def test_an_empty_prompt_and_a_negative_temperature_are_refused():
    with pytest.raises(BadInputError, match="needs a prompt of at least one token"):
        draw(1, prompt=())
    with pytest.raises(BadInputError, match=r"at least 0, but is -1\.0"):
        draw(1, temperature=-1.0)


def test_a_tempered_model_is_normalised_and_counts_its_calls():
    def keep_two(scores):
        return np.where(scores < np.log(0.15), -np.inf, scores)

    model = Tempered(Memoryless(), NumpyArrays(), 1.0, keep_two)
    results = model.read_tokens(np.array([[2, 0]]), model.initial_state(1))
    for log_probabilities, _ in results:
        np.testing.assert_allclose(np.exp(log_probabilities), [[0, 2 / 9, 7 / 9]])
    assert results[-1][1] == (2, 0)
    model.next_log_probabilities(np.array([1]), results[-1][1])
    assert model.calls == 2


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_a_history_that_no_token_follows_is_said():
    model = Memoryless()
    model.next_log_probabilities = lambda tokens, state: (np.log(np.zeros((1, 3))), state)
    with pytest.raises(BadInputError, match="gives no token a probability above 0 here"):
        draw(1, model)
