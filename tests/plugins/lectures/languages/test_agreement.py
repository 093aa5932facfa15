"""The agreement language agrees, and its best perplexity is what it costs."""

from collections import Counter

import numpy as np
import pytest

from framework.data.vocabulary import EOS
from plugins.lectures.languages.agreement import (
    NOUNS,
    PREPOSITIONS,
    VERBS,
    AgreementLanguage,
    corpus,
)

SINGULAR = {pair[0] for pair in NOUNS}
PLURAL = {pair[1] for pair in NOUNS}


def sentences(language, length=5000, seed=0):
    """Complete sentences of a sample, as lists of words."""
    words = language.vocabulary.decode(language.sample(length, rng=np.random.default_rng(seed)))
    parts = " ".join(words).split("</s>")[:-1]
    return [part.split() for part in parts]


@pytest.mark.parametrize(("longest_span", "continuation"), [(0, 0.5), (2, 0.3), (4, 0.5), (9, 0.8)])
def test_entropy_rate_agrees_with_simulation(longest_span, continuation):
    language = AgreementLanguage(longest_span, continuation)
    words = language.automaton.sample(40_000, rng=np.random.default_rng(1))
    costs = -language.automaton.log_probabilities(words)
    # The choices of one sentence are nearly independent: five standard errors.
    error = costs.std() / np.sqrt(len(costs))
    assert costs.mean() == pytest.approx(language.automaton.entropy_rate(), abs=5 * error)
    assert language.best_perplexity == np.exp(language.automaton.entropy_rate())


def test_the_verb_agrees_with_the_first_noun():
    numbers = Counter()
    for sentence in sentences(AgreementLanguage()):
        noun, verb = sentence[1], sentence[-2]
        plural = noun in PLURAL
        assert plural or noun in SINGULAR
        assert verb in {pair[plural] for pair in VERBS}
        numbers[plural] += 1
    assert 0.3 < numbers[True] / numbers.total() < 0.7


def test_distractors_have_either_number():
    result = Counter()
    for sentence in sentences(AgreementLanguage()):
        result.update((sentence[1] in PLURAL, noun in PLURAL) for noun in sentence[4:-2:3])
    assert len(result) == 4
    assert min(result.values()) / result.total() > 0.15


@pytest.mark.parametrize("longest_span", [0, 1, 3])
def test_the_span_is_as_long_as_allowed_and_no_longer(longest_span):
    language = AgreementLanguage(longest_span, 0.6)
    spans = {
        sum(word in PREPOSITIONS for word in sentence)
        for sentence in sentences(language, length=3000)
    }
    assert spans == set(range(longest_span + 1))


def test_blindness_to_the_subject_has_a_price():
    """A model that forgets the number pays log 2 per sentence: the corpus shows it."""
    automaton = AgreementLanguage().automaton
    ends = automaton.stationary()[automaton.states.index("end")]
    assert np.exp(ends * np.log(2)) > 1.08


def test_the_corpus_is_always_the_same_and_starts_after_a_sentence():
    first, two = corpus(), corpus()
    np.testing.assert_array_equal(first.train, two.train)
    np.testing.assert_array_equal(first.valid, two.valid)
    assert first.train[0] == first.valid[0] == EOS
    assert first.train[1:100].tolist() != first.valid[1:100].tolist()
    assert first.best_perplexity == AgreementLanguage().best_perplexity
