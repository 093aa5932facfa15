"""Perplexity, accuracy and F1, against closed forms."""

import numpy as np
import pytest

from framework.errors import BadInputError
from framework.evaluation.metrics import accuracy, entity_f1, language_model_perplexity, perplexity
from framework.interfaces import LanguageModel, NumpyArrays


class Last(LanguageModel):
    """Predicts from the last two tokens, by a table: a state of its own per stream."""

    def __init__(self, V, rng):
        super().__init__()
        table = rng.random((V, V, V))
        self.log_table = np.log(table / table.sum(axis=-1, keepdims=True))

    def initial_state(self, batch_size):
        return np.zeros(batch_size, dtype=int)

    def next_log_probabilities(self, tokens, state):
        return self.log_table[state, tokens], tokens


def by_hand(model, ids):
    before = np.concatenate([[0], ids[:-2]])
    return np.exp(-np.mean(model.log_table[before, ids[:-1], ids[1:]]))


@pytest.mark.parametrize(
    ("log_probabilities", "expected"),
    [
        (np.full(7, -np.log(50)), 50),
        (np.log([0.5, 0.125, 0.25]), (0.5 * 0.125 * 0.25) ** (-1 / 3)),
        ([-1.0, -np.inf], np.inf),
        ([-1e6], np.inf),  # without a warning
    ],
)
def test_perplexity_is_the_inverse_geometric_mean(log_probabilities, expected):
    assert perplexity(np.array(log_probabilities)) == pytest.approx(expected)


@pytest.mark.parametrize("length", [2, 3, 30])
def test_a_language_model_is_asked_for_every_token_but_the_first(length):
    rng = np.random.default_rng(0)
    model, ids = Last(5, rng), rng.integers(5, size=length)
    result = language_model_perplexity(model, ids, 1, NumpyArrays())
    assert result == pytest.approx(by_hand(model, ids))


def test_every_token_counts_once_however_the_text_is_cut():
    rng = np.random.default_rng(1)
    model, ids = Last(5, rng), rng.integers(5, size=24)
    model.log_table[:] = model.log_table[0]  # no memory: cuts make no difference
    for batch_size in (1, 4, 7, 30):
        result = language_model_perplexity(model, ids, batch_size, NumpyArrays())
        assert result == pytest.approx(by_hand(model, ids))


def test_accuracy_counts_the_largest_scores():
    logits = np.array([[1.0, 2.0], [3.0, 0.0], [0.0, -1.0], [0.0, 5.0]])
    assert accuracy(logits, np.array([1, 0, 1, 1])) == 0.75


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (lambda: perplexity(np.array([])), "empty text"),
        (lambda: accuracy(np.zeros((3, 2)), np.zeros(4)), "logits"),
        (lambda: accuracy(np.zeros(3), np.zeros(3)), "logits"),
        (lambda: accuracy(np.zeros((0, 2)), np.zeros(0)), "logits"),
    ],
)
def test_what_has_no_score_is_refused(action, said):
    with pytest.raises(BadInputError, match=said):
        action()


def test_f1_counts_whole_entities():
    true = [["B-PER", "I-PER", "O", "B-LOC"], ["B-ORG"]]
    predicted = [["B-PER", "I-PER", "B-LOC", "B-LOC"], ["B-LOC"]]
    assert entity_f1(true, predicted) == pytest.approx(2 * 2 / (4 + 3))
    assert entity_f1(true, true) == entity_f1([["O"]], [["O"]]) == 1.0
