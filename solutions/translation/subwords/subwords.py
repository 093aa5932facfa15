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
    # BEGIN SOLUTION: go through the ids; a pair is one step of two places
    merged: list[int] = []
    t = 0
    while t < len(ids):
        if tuple(ids[t : t + 2]) == pair:
            merged.append(new)
            t += 2
        else:
            merged.append(ids[t])
            t += 1
    return merged
    # END SOLUTION


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
    # BEGIN SOLUTION: count all pairs, take the most frequent one, merge it in every word
    counted = [(list(word), times) for word, times in words.items()]
    merges: list[Pair] = []
    while len(merges) < count:
        pairs: Counter[Pair] = Counter()
        for ids, times in counted:
            for pair in pairwise(ids):
                pairs[pair] += times
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        new = 256 + len(merges)
        counted = [(merge_pair(ids, best, new), times) for ids, times in counted]
        merges.append(best)
    return merges
    # END SOLUTION


def encode(words: Sequence[bytes], merges: Sequence[Pair]) -> list[list[int]]:
    """Return the tokens of each word.

    Args:
        words: any bytes, also words that `learn_merges` has not seen.
        merges: K pairs, as `learn_merges` returns them.

    Returns:
        for each word its ids, from 0 to 255 + K.
    """
    # BEGIN SOLUTION: of the pairs in a word, merge that which was learned first
    K = len(merges)
    ranks = {pair: k for k, pair in enumerate(merges)}
    encoded = []
    for word in words:
        ids = list(word)
        while (k := min((ranks.get(pair, K) for pair in pairwise(ids)), default=K)) < K:
            ids = merge_pair(ids, merges[k], 256 + k)
        encoded.append(ids)
    return encoded
    # END SOLUTION


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
    # BEGIN SOLUTION: the bytes of every token, from those of its pair; then join
    spelling = [bytes([value]) for value in range(256)]
    for left, right in merges:
        spelling.append(spelling[left] + spelling[right])
    return b"".join(spelling[token] for token in ids)
    # END SOLUTION
