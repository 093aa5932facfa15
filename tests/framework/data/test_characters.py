"""Words as ids of characters."""

import numpy as np
import pytest

from framework.data.characters import Characters
from framework.errors import BadInputError


def test_words_get_a_begin_an_end_and_padding():
    characters = Characters(["ab", "cab"])
    assert len(characters) == 7  # padding, unknown, begin, end, a, b, c
    np.testing.assert_array_equal(
        characters.encode(["ab", "c", "", "x"]),
        [[2, 4, 5, 3], [2, 6, 3, 0], [0, 0, 0, 0], [2, 1, 3, 0]],
    )


def test_sentences_are_padded_with_empty_words():
    ids = Characters(["ab"]).encode_sentences([["a", "b", "ab"], ["b"]])
    assert ids.shape == (2, 3, 4)
    np.testing.assert_array_equal(ids[1], [[2, 5, 3, 0], [0] * 4, [0] * 4])


def test_of_a_long_word_its_ends_are_kept():
    characters = Characters(["abcdefg"], longest=4)
    np.testing.assert_array_equal(
        characters.encode(["abcdefg", "abcd"]), characters.encode(["abfg", "abcd"])
    )


@pytest.mark.parametrize(("words", "longest"), [([], 5), ([""], 5), (["a"], 1)])
def test_what_makes_no_sense_is_refused(words, longest):
    with pytest.raises(BadInputError, match="expected words with characters"):
        Characters(words, longest=longest)
