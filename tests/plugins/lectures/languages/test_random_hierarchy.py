"""Texts written pair by pair: every one has one class, and short pieces do not tell it."""

import numpy as np
import pytest

from framework.errors import BadInputError
from plugins.lectures.languages.random_hierarchy import RandomHierarchy


def test_texts_can_be_read_back():
    rng = np.random.default_rng(0)
    for settings in ((1, 3, 2, 1), (4, 4, 4, 2), (3, 6, 4, 3)):
        grammar = RandomHierarchy(*settings, rng=rng)
        ids, labels = grammar.sample(500, rng=rng)
        assert ids.shape == (500, 2 ** settings[0])
        assert ids.min() >= 1 and ids.max() < grammar.vocabulary_size
        np.testing.assert_array_equal(grammar.parse(ids), labels)


def test_no_pair_belongs_to_two_symbols():
    grammar = RandomHierarchy(rng=np.random.default_rng(1))
    for rule in grammar.rules:
        pairs = rule.reshape(-1, 2)
        assert len(np.unique(pairs, axis=0)) == len(pairs) == 8


def test_the_frequency_of_characters_says_little():
    """The most likely class given how often each character occurs is right in few texts."""
    rng = np.random.default_rng(2)
    grammar = RandomHierarchy(rng=rng)
    ids, labels = grammar.sample(40_000, rng=rng)
    counts = np.stack([(ids == character).sum(axis=1) for character in range(1, 5)], axis=1)
    bags, places = np.unique(counts, axis=0, return_inverse=True)
    table = np.zeros((len(bags), 4))
    np.add.at(table, (places.ravel(), labels), 1)
    assert table.max(axis=1).sum() / len(ids) < 0.6


def test_what_is_no_grammar():
    rng = np.random.default_rng(3)
    for settings in ((0, 4, 4, 2), (3, 3, 3, 4), (3, 3, 5, 2)):
        with pytest.raises(BadInputError, match="a pair of its own"):
            RandomHierarchy(*settings, rng=rng)
    grammar = RandomHierarchy(2, 3, 2, 1, rng=rng)
    known = {tuple(pair) for pair in grammar.rules[-1].reshape(-1, 2)}
    other = next((a, b) for a in range(3) for b in range(3) if (a, b) not in known)
    with pytest.raises(BadInputError, match="no symbol"):
        grammar.parse(np.array([other + other]) + 1)
