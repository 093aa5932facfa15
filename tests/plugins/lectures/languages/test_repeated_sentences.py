"""Sentences that are said twice: their entropies, and who reaches them."""

from collections import defaultdict
from itertools import permutations

import numpy as np
import pytest

from framework.data.vocabulary import EOS
from plugins.lectures.languages.repeated_sentences import WORDS, RepeatedSentences


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_a_sentence_of_different_words_is_said_twice(rng):
    language = RepeatedSentences(5, rng=rng)
    texts = language.sample(200, rng=rng)
    assert texts.shape == (200, 2 * 5 + 3)
    assert (texts[:, [0, 6, 12]] == EOS).all()
    for text in texts[:20]:
        first, second = (language.vocabulary.decode(part) for part in (text[1:6], text[7:12]))
        assert len(set(first)) == 5
        assert second == [word.upper() for word in first]
        assert language.vocabulary.decode(text[1:][language.recalled]) == second[1:]
    assert {*language.vocabulary.decode(texts[:, 1:6].ravel())} == {*WORDS}


def test_the_probability_of_a_text_is_one_over_their_number(rng):
    language = RepeatedSentences(3)
    log_p = language.log_probabilities(language.sample(2, rng=rng))
    number = len(list(permutations(WORDS, 3)))
    np.testing.assert_allclose(np.exp(-log_p.sum(axis=1)), [number, number])
    assert (log_p[:, 3:] == 0).all()


def test_the_limit_without_order_is_that_of_all_texts_counted(rng):
    """Texts that agree in the last two words, and in the set of all words, are counted."""
    language, n = RepeatedSentences(4), 4
    following = defaultdict(list)
    for order in permutations(range(n)):
        text = [*order, "end", *(f"capital {word}" for word in order)]
        for t in range(n + 2, 2 * n + 1):
            seen = frozenset(text[:t]), *text[t - 2 : t]
            following[seen].append(text[t])
    entropies, numbers = [], []
    for words in following.values():
        _, counts = np.unique(words, return_counts=True)
        shares = counts / counts.sum()
        entropies.append(-(shares * np.log(shares)).sum())
        numbers.append(len(words))
    limit = np.average(entropies, weights=numbers)
    assert language.entropy_without_order == pytest.approx(limit)
    predicted = language.without_order(language.sample(3, rng=rng))
    assert predicted.shape == (3, n - 1)
    assert -predicted.mean() == pytest.approx(limit)
