"""Words of a stem and a suffix: their division, their probabilities and their entropy."""

import numpy as np
import pytest

from plugins.lectures.languages.morphemes import STEMS, SUFFIXES, Morphemes


@pytest.fixture
def language():
    return Morphemes(np.random.default_rng(3))


def words_of(language):
    return [(stem, suffix) for stem in language.stems for suffix in language.suffixes]


def test_a_word_has_one_division(language):
    words = {(stem + suffix).encode(): len(stem) for stem, suffix in words_of(language)}
    assert len(words) == STEMS * SUFFIXES
    assert all(language.boundary(word) == index for word, index in words.items())


def test_the_entropy_is_the_mean_of_the_bits_of_all_words(language):
    words = [(stem + suffix).encode() for stem, suffix in words_of(language)]
    bits = np.array([language.bits(word) for word in words])
    p = 2.0**-bits
    assert p.sum() == pytest.approx(1)
    lengths = np.array([len(word) for word in words])
    assert language.entropy_rate() == pytest.approx(p @ bits / (p @ lengths))


def test_words_are_as_frequent_as_their_probabilities(language):
    counts = language.sample(50_000)
    assert sum(counts.values()) == 50_000
    shares = np.array([2.0 ** -language.bits(word) for word in counts])
    result = np.array(list(counts.values())) / 50_000
    assert abs(result - shares).max() < 0.004


def test_as_many_merges_as_the_letters_of_morphemes_need(language):
    letters = sum(map(len, (*language.stems, *language.suffixes)))
    assert language.merges == letters - STEMS - SUFFIXES
