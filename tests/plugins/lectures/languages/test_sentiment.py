"""Sentiment follows the meaning, and the best accuracies are exact."""

from collections import defaultdict

import numpy as np
import pytest

from framework.data.vocabulary import PAD
from plugins.lectures.languages.sentiment import POSITIVE, SentimentGrammar, corpus


def meaning(words):
    """Sentiment by the rules of the language: the last clause decides."""
    last = " ".join(words).replace(" and ", "|").replace(" but ", "|").split("|")[-1].split()
    return (last[-1] in POSITIVE) != ("not" in last)


def sample(grammar, count, seed=0):
    ids, labels = grammar.sample(count, rng=np.random.default_rng(seed))
    words = [tuple(grammar.vocabulary.decode(row[row != PAD])) for row in ids]
    return words, labels


def test_every_sentence_is_listed_once_with_its_probability():
    grammar = SentimentGrammar()
    listed = list(grammar.sentences())
    assert sum(probability for *_, probability in listed) == pytest.approx(1)
    assert len({words for words, *_ in listed}) == len(listed)
    assert sum(p for _, positive, p in listed if positive) == pytest.approx(0.5)
    assert all(meaning(words) == positive for words, positive, _ in listed)


def test_samples_have_the_listed_probabilities():
    grammar = SentimentGrammar(noise=0.0)
    words, labels = sample(grammar, 6000)
    listed = {text: (positive, p) for text, positive, p in grammar.sentences()}
    assert all(listed[text][0] == label for text, label in zip(words, labels, strict=True))
    for kind in ("but", "and", "not"):
        expected = sum(p for text, (_, p) in listed.items() if kind in text)
        result = np.mean([kind in text for text in words])
        assert result == pytest.approx(expected, abs=5 * 0.5 / np.sqrt(6000))


def test_and_joins_equal_clauses_but_joins_opposite_ones():
    for words, positive, _ in SentimentGrammar().sentences():
        for link, same in (("and", True), ("but", False)):
            if link in words:
                first = words[: words.index(link)]
                assert (meaning(first) == positive) is same


@pytest.mark.parametrize(("negation", "noise"), [(0.3, 0.05), (0.5, 0.0), (0.1, 0.2)])
def test_best_accuracies_are_those_of_the_best_classifiers(negation, noise):
    grammar = SentimentGrammar(negation, noise)
    votes = defaultdict(float)
    for text, positive, p in grammar.sentences():
        votes[tuple(sorted(text))] += p if positive else -p
    words, labels = sample(grammar, 8000)
    reading = np.mean([meaning(text) == label for text, label in zip(words, labels, strict=True)])
    bags = [votes[tuple(sorted(text))] > 0 for text in words]
    error = 5 * 0.5 / np.sqrt(8000)
    assert grammar.best_accuracy == pytest.approx(1 - noise)
    assert reading == pytest.approx(grammar.best_accuracy, abs=error)
    assert np.mean(bags == labels) == pytest.approx(grammar.best_order_blind_accuracy, abs=error)


def test_the_corpus_has_three_parts_and_knows_its_best():
    result = corpus(400)
    assert [len(part) for part in (result.train, result.valid, result.test)] == [400, 50, 100]
    assert result.best == {
        "best possible": SentimentGrammar().best_accuracy,
        "without the order of words": SentimentGrammar().best_order_blind_accuracy,
    }
    right = sum(
        ("negative", "positive")[meaning(text.words)] == text.label for text in result.train
    )
    assert right / 400 == pytest.approx(0.95, abs=0.05)
    assert corpus(400) == result
