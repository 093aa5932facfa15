"""The language with words that tell each other: its numbers, and what its labels say."""

import numpy as np
import pytest

from framework.data.vocabulary import PAD
from plugins.lectures.languages.correlatives import (
    CONJUNCTIONS,
    FURTHER,
    LONGEST,
    CorrelativeLanguage,
)

LANGUAGE = CorrelativeLanguage(nouns=4)
TEXTS = LANGUAGE.sample(600, rng=np.random.default_rng(0))
COUNT = (TEXTS != PAD).sum()


def test_sentences_have_two_nouns_of_one_kind():
    language = CorrelativeLanguage(rng=np.random.default_rng(3))
    partners, plain = dict(CONJUNCTIONS), 0
    for text in language.sample(500, rng=np.random.default_rng(1)):
        first, *words = language.vocabulary.decode(text[text != PAD])
        kinds = [language.kinds[word] for word in words if word in language.kinds]
        if first == "see":
            plain += 1
            assert len(kinds) == 1
        else:
            assert partners[first] in words
            assert kinds in ([0, 0], [1, 1])
    assert plain == pytest.approx(100, abs=4.5 * np.sqrt(500 * 0.2 * 0.8))


def test_the_best_perplexity_from_the_left():
    log_ps = LANGUAGE.log_probabilities(TEXTS)
    assert (log_ps[TEXTS == PAD] == 0).all()
    assert np.exp(-log_ps.sum() / COUNT) == pytest.approx(LANGUAGE.best_perplexity, rel=0.03)


def test_the_pseudo_perplexity_follows_from_the_grammar():
    """Given all others, only adjectives, nouns of the known kind and verbs are uncertain."""
    language = CorrelativeLanguage()
    texts = language.sample(600, rng=np.random.default_rng(0))
    log_ps = language.log_probabilities_from_both_sides(texts)
    adjectives = (FURTHER + FURTHER**2) * np.log(3)
    pair = 2 * (np.log(8) + adjectives) + np.log(2)
    bits = 0.8 * pair + 0.2 * (np.log(16) + adjectives)
    words = 0.8 * (5 + 2 * (FURTHER + FURTHER**2)) + 0.2 * (2 + FURTHER + FURTHER**2)
    expected = np.exp(bits / words)
    assert np.exp(-log_ps.sum() / (texts != PAD).sum()) == pytest.approx(expected, rel=0.02)
    assert expected == pytest.approx(2.775, abs=5e-4)
    assert language.best_perplexity == pytest.approx(6.257, abs=5e-4)


def probability(words):
    return np.exp(LANGUAGE.automaton.log_probabilities(words).sum())


def test_hidden_words_from_both_sides_by_enumeration():
    log_ps = LANGUAGE.log_probabilities_from_both_sides(TEXTS[:20])
    for log_p, text in zip(log_ps, TEXTS, strict=False):
        words = [*LANGUAGE.vocabulary.decode(text[text != PAD]), "</s>"]
        for t, word in enumerate(words[:-1]):
            p = {w: probability([*words[:t], w, *words[t + 1 :]]) for w in LANGUAGE.automaton.words}
            assert np.exp(log_p[t]) == pytest.approx(p[word] / sum(p.values()), rel=1e-9)


def test_labels_are_kinds():
    ids, labels = LANGUAGE.labelled(50, rng=np.random.default_rng(0))
    assert ids.shape == (50, LONGEST)
    for text, label in zip(ids, labels, strict=True):
        first, *_, noun = LANGUAGE.vocabulary.decode(text[text != PAD])
        assert (first, label) == ("see", LANGUAGE.kinds[noun])


def test_the_best_accuracy_without_other_sentences():
    """A classifier that knows the labelled nouns guesses the others: the mean of many languages."""
    rng, known, right, best = np.random.default_rng(0), [], [], []
    for _ in range(150):
        language = CorrelativeLanguage(nouns=64, rng=rng)
        texts, _ = language.labelled(32, rng=rng)
        seen = set(language.vocabulary.decode(texts.ravel())) & set(language.kinds)
        counts = np.bincount([language.kinds[noun] for noun in seen], minlength=2)
        guess = int(counts.argmin())
        known.append(len(seen))
        right += [np.mean([noun in seen or kind == guess for noun, kind in language.kinds.items()])]
        best.append(language.best_accuracy_from_labels(texts))
    assert np.mean(right) == pytest.approx(np.mean(best), abs=0.02)
    # The numbers of the README of fine_tuning:
    assert f"{np.mean(best):.0%}" == "72%"
    assert np.mean(known) == pytest.approx(25, abs=0.8)
