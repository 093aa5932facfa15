"""Word vectors from characters: words that were never seen (lecture 11, 3.10)."""

import numpy as np
import pytest

from framework.data.characters import Characters
from framework.models.parts import parts_from
from solutions.convolution.conv1d.conv1d import Conv1d
from solutions.convolution.highway_char_cnn.highway_char_cnn import CharacterWordEncoder
from solutions.convolution.pooling.pooling import MaxOverTime
from solutions.gated_rnns.shortcuts.shortcuts import Highway

PARTS = {"conv1d": Conv1d, "max_over_time": MaxOverTime, "highway": Highway}


@pytest.mark.parametrize("words", [["key", "keys"], ["moving", "moved"]])
def test_a_word_never_seen_has_a_vector_near_that_of_its_relatives(words):
    """Words that share their characters share what the filters answer to."""
    characters = Characters(["abcdefghijklmnopqrstuvwxyz"])
    with parts_from(PARTS.__getitem__):
        encoder = CharacterWordEncoder(
            len(characters), 8, 50, highway_layers=0, rng=np.random.default_rng(0)
        )
    first, other, other_word = encoder.forward(characters.encode([*words, "buzz"]))

    def cosine(a, b):
        return a @ b / np.linalg.norm(a) / np.linalg.norm(b)

    assert cosine(first, other) > cosine(first, other_word) + 0.05
