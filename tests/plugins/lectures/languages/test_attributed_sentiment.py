"""Attributed sentiment: friends decide, and how well each view of the words can do is exact."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from framework.data.vocabulary import PAD
from plugins.lectures.languages.attributed_sentiment import (
    NEGATIVE,
    POSITIVE,
    AttributedSentiment,
)


def meaning(words):
    """What friends say, by the rules of the language."""
    clause = " ".join(words).split("friends ")[1].split(" you know")[0].split()
    return (clause[-1] in POSITIVE) != ("not" in clause)


@pytest.mark.parametrize("arguments", [(), (0.5, 0.2, 0.1)])
def test_every_text_is_listed_once_with_its_probability(arguments):
    listed = list(AttributedSentiment(*arguments).texts())
    assert sum(p for *_, p in listed) == pytest.approx(1)
    assert len({words for words, *_ in listed}) == len(listed)
    assert sum(p for _, positive, p in listed if positive) == pytest.approx(0.5)
    assert all(meaning(words) == positive for words, positive, _ in listed)
    assert all(words[-3] in POSITIVE + NEGATIVE for words, *_ in listed)


def test_samples_have_the_listed_probabilities():
    language = AttributedSentiment(alone=0.3, agreement=0.7, negation=0.2)
    ids, labels = language.sample(6000, rng=np.random.default_rng(0))
    words = [tuple(language.vocabulary.decode(row[row != PAD])) for row in ids]
    listed = {text: (positive, p) for text, positive, p in language.texts()}
    assert all(listed[text][0] == label for text, label in zip(words, labels, strict=True))
    for word, expected in (("critics", 0.7), ("not", 0.3 * 0.2 + 0.7 * (1 - 0.8**2))):
        share = sum(p for text, (_, p) in listed.items() if word in text)
        # Opinions of critics depend on those of friends where negation is not one half.
        assert share == pytest.approx(expected, abs=0.1 if word == "not" else 1e-9)
        assert np.mean([word in text for text in words]) == pytest.approx(share, abs=0.03)


@pytest.mark.parametrize("width", [1, 3, 5])
def test_no_classifier_of_windows_is_better_than_the_best_one(width):
    language = AttributedSentiment(negation=0.25)
    votes, right = defaultdict(float), 0.0
    for words, positive, p in language.texts():
        votes[bag(words, width)] += p if positive else -p
    for words, positive, p in language.texts():
        right += p * ((votes[bag(words, width)] >= 0) == positive)
    assert language.best_window_accuracy(width) == pytest.approx(right)


def bag(words, width):
    padded = ["-"] * (width // 2) + list(words) + ["-"] * (width // 2)
    return tuple(sorted(Counter(zip(*(padded[k:] for k in range(width)), strict=False)).items()))


def test_words_know_less_than_windows_and_windows_less_than_readers():
    language = AttributedSentiment()
    words, three, five = (language.best_window_accuracy(width) for width in (1, 3, 5))
    assert (words, three, five) == pytest.approx((0.7225, 0.8125, 1.0))
