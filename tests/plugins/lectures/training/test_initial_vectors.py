"""Tables of word vectors for a vocabulary."""

import numpy as np
import pytest

from framework.data.vocabulary import PAD, UNK, Vocabulary
from plugins.lectures.formats.word_vectors import WordVectors
from plugins.lectures.training.initial_vectors import initial_vectors


def test_known_words_have_their_vector_and_others_one_of_the_same_variance():
    rng = np.random.default_rng(0)
    known = WordVectors([f"w{i}" for i in range(50)], rng.normal(scale=0.3, size=(50, 40)))
    vocabulary = Vocabulary([*(f"x{i}" for i in range(400)), "w7", "w3"])
    table, count = initial_vectors(known, vocabulary, rng=rng)
    assert (table.shape, count) == ((405, 40), 2)
    np.testing.assert_array_equal(table[-2:], known.vectors[[7, 3]])
    assert not table[PAD].any()
    drawn = table[UNK:-2]
    assert np.var(drawn) / np.var(known.vectors) == pytest.approx(1, rel=0.05)
    assert np.abs(drawn).max() <= (3 * np.var(known.vectors)) ** 0.5
