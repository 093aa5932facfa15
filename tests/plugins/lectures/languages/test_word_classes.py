"""Texts of word classes: how often what follows what, and whether vectors show it."""

import numpy as np
import pytest

from plugins.lectures.languages.word_classes import WordClasses

CLASSES, MEMBERS = 5, 6


@pytest.fixture
def language():
    return WordClasses(CLASSES, MEMBERS, np.random.default_rng(1))


@pytest.fixture
def class_of(language):
    """The class of each id."""
    result = np.empty(CLASSES * MEMBERS, dtype=np.int64)
    result[language.ids] = np.arange(CLASSES * MEMBERS) // MEMBERS
    return result


def test_the_next_class_follows_in_all_but_eight_of_a_hundred_places(language, class_of):
    kinds = class_of[language.sample(40_000)]
    follows = (kinds[1:] - kinds[:-1]) % CLASSES
    shares = np.bincount(follows, minlength=CLASSES) / len(follows)
    np.testing.assert_allclose(shares, [0.02, 0.92, 0.02, 0.02, 0.02], atol=0.005)


def test_every_word_is_equally_likely(language):
    counts = np.bincount(language.sample(40_000), minlength=CLASSES * MEMBERS)
    assert abs(counts / counts.mean() - 1).max() < 0.1


def test_vectors_of_classes_are_pure_and_others_are_not(language, class_of):
    rng = np.random.default_rng(2)
    noise = 0.01 * rng.normal(size=(CLASSES * MEMBERS, CLASSES))
    assert language.purity(np.eye(CLASSES)[class_of] + noise) == 1
    assert language.purity(np.eye(CLASSES)[np.sort(class_of)] + noise) < 0.5
    random = [language.purity(rng.normal(size=(CLASSES * MEMBERS, 8))) for _ in range(50)]
    assert np.mean(random) == pytest.approx(5 / 29, abs=0.03)
