"""Subwords: byte pair encoding learns the units between bytes and words from a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

Pair = tuple[int, int]


def merge_pair(ids: Sequence[int], pair: Pair, new: int) -> list[int]:
    """Return `ids` with `new` in place of each `pair`, from left to right.

    Args:
        ids: `(T,)`, the tokens of a word.
        pair: two tokens that stand side by side.
        new: the token that takes their place.

    Returns:
        a new list, shorter by one for each pair that was replaced.
    """
    # TODO: go through the ids; a pair is one step of two places
    raise NotImplementedError


def learn_merges(words: Mapping[bytes, int], count: int) -> list[Pair]:
    """Return the merges that byte pair encoding learns from counted words, in order.

    Args:
        words: how often each word occurs, at least 1 each.
        count: the number of merges, K ≥ 0.

    Returns:
        K pairs; the pair at place k makes the token 256 + k. Fewer than K if no pair is left.

    Raises:
        ValueError: `count` is negative, or a word has a count below 1.
    """
    if count < 0 or any(times < 1 for times in words.values()):
        raise ValueError(
            f"a number of merges ≥ 0 and counts ≥ 1 are needed, not {count} merges and counts of "
            f"at least {min(words.values(), default=1)}"
        )
    # TODO: count all pairs, take the most frequent one, merge it in every word
    raise NotImplementedError


def encode(words: Sequence[bytes], merges: Sequence[Pair]) -> list[list[int]]:
    """Return the tokens of each word.

    Args:
        words: any bytes, also words that `learn_merges` has not seen.
        merges: K pairs, as `learn_merges` returns them.

    Returns:
        for each word its ids, from 0 to 255 + K.
    """
    # TODO: of the pairs in a word, merge that which was learned first
    raise NotImplementedError


def decode(ids: Sequence[int], merges: Sequence[Pair]) -> bytes:
    """Return the bytes of tokens.

    Args:
        ids: `(T,)`, from 0 to 255 + K.
        merges: K pairs, as `learn_merges` returns them.

    Raises:
        ValueError: an id is out of range.
    """
    if unknown := [token for token in ids if not 0 <= token < 256 + len(merges)]:
        raise ValueError(f"expected tokens from 0 to {255 + len(merges)}, received {unknown[0]}")
    # TODO: the bytes of every token, from those of its pair; then join
    raise NotImplementedError
