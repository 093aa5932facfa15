"""The fast form of byte pair encoding gives what the solution gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.networks.translation import subwords as fast
from solutions.translation.subwords import subwords as counted

#: Few different bytes, so that pairs repeat and overlap.
TEXTS = st.lists(st.sampled_from([0, 97, 98, 255]), max_size=12).map(bytes)
WORDS = st.dictionaries(TEXTS, st.integers(1, 5), max_size=12)


@given(words=WORDS, count=st.integers(0, 40), new=st.lists(TEXTS, max_size=4))
def test_merges_and_tokens_are_those_of_the_solution(words, count, new):
    merges = fast.learn_merges(words, count)
    assert merges == counted.learn_merges(words, count)
    tokens = fast.encode([*words, *new], merges)
    assert tokens == counted.encode([*words, *new], merges)
    assert [fast.decode(ids, merges) for ids in tokens] == [*words, *new]


@given(ids=st.lists(st.integers(0, 2), max_size=12))
def test_overlapping_pairs_are_replaced_from_left_to_right(ids):
    for pair in ((1, 1), (0, 1)):
        assert fast.merge_pair(ids, pair, 9) == counted.merge_pair(ids, pair, 9)


def test_numbers_out_of_range_are_errors():
    for words, count in (({b"ab": 1}, -1), ({b"ab": 0}, 2)):
        with pytest.raises(ValueError, match="occur"):
            fast.learn_merges(words, count)
    for token in (-1, 257):
        with pytest.raises(ValueError, match=f"token {token} is not among the 257"):
            fast.decode([97, token], [(97, 98)])
