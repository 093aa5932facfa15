"""The agreement task asks for what it should, and counts what comes back."""

import numpy as np
import pytest

from framework.data.vocabulary import EOS, Vocabulary
from framework.errors import BadInputError
from framework.interfaces import LanguageModel, NumpyArrays
from plugins.lectures.evaluation.agreement import agreement_score
from plugins.lectures.evaluation.agreement_items import AgreementItem

VOCABULARY = Vocabulary(["key", "keys", "near", "is", "are"])
IS, ARE, KEYS = (VOCABULARY.encode([word])[0] for word in ("is", "are", "keys"))


class LastNoun(LanguageModel):
    """Agrees with the last noun that it read: no attractor goes by it."""

    def __init__(self):
        super().__init__()
        self.starts = []

    def initial_state(self, batch_size):
        return np.full(batch_size, IS), None  # any state will do, not arrays alone

    def next_log_probabilities(self, tokens, state):
        if state[1] is None:
            self.starts.extend(tokens)
        nouns = VOCABULARY.encode(["key", "keys"])
        verb = np.where(tokens == KEYS, ARE, np.where(tokens == nouns[0], IS, state[0]))
        log_p = np.full((len(tokens), len(VOCABULARY)), -9.0)
        log_p[np.arange(len(tokens)), verb] = -0.1
        return log_p, (verb, 1)


def item(text, right, wrong, attractors):
    return AgreementItem(tuple(text.split()), right, wrong, attractors)


ITEMS = [
    item("keys", "are", "is", 0),
    item("key", "is", "are", 0),
    item("key near keys", "is", "are", 1),
    item("keys beside key", "are", "is", 1),
    item("", "is", "are", 0),
    item("key", "seems", "seem", 0),
]


def test_accuracy_is_counted_by_attractors():
    model = LastNoun()
    score = agreement_score(model, ITEMS * 100, VOCABULARY, NumpyArrays())
    assert score.items == {0: 300, 1: 200}
    assert score.right == {0: 300, 1: 0}
    assert score.left_out == 100
    assert score.unknown_words == pytest.approx(1 / 8)
    assert not model.training


def test_every_sentence_starts_after_the_end_of_another():
    model = LastNoun()
    agreement_score(model, ITEMS, VOCABULARY, NumpyArrays())
    assert model.starts == [EOS] * 5


def test_a_vocabulary_without_any_of_the_verbs_is_said():
    with pytest.raises(BadInputError, match="both forms of the verb for none"):
        agreement_score(LastNoun(), ITEMS[-1:], VOCABULARY, NumpyArrays())
