"""Byte pair encoding for long texts: only the counts that a merge changes are renewed.

Source: Sennrich et al. (2016), section 3.2. Tokens are Python's integers, whatever the arrays of
the backend.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

Pair = tuple[int, int]
#: The number of tokens without any merge.
BYTES = 256


def merge_pair(ids: Sequence[int], pair: Pair, new: int) -> list[int]:
    """Return `ids` with `new` for each `pair`, from left to right."""
    first, second = pair
    merged: list[int] = []
    is_open = False  # whether the last token may be the left half of a pair
    for token in ids:
        if is_open and token == second and merged[-1] == first:
            merged[-1], is_open = new, False
        else:
            merged.append(token)
            is_open = True
    return merged


def learn_merges(words: Mapping[bytes, int], count: int) -> list[Pair]:
    """Return up to `count` merges of counted words, the most frequent pair first each time.

    A heap has the pairs with their counts. Counts that fell are corrected when a pair comes up.

    Raises:
        ValueError: `count` < 0, or a word occurs less than once.
    """
    if count < 0 or min(words.values(), default=1) < 1:
        raise ValueError(f"{count} merges of words that occur {min(words.values(), default=1)} ×")
    texts, times = [list(word) for word in words], list(words.values())
    counts: dict[Pair, int] = defaultdict(int)
    places: dict[Pair, set[int]] = defaultdict(set)
    for index, ids in enumerate(texts):
        _count(ids, times[index], counts)
        for pair in pairwise(ids):
            places[pair].add(index)
    heap = [(-number, pair) for pair, number in counts.items()]
    heapq.heapify(heap)
    merges: list[Pair] = []
    while heap and len(merges) < count:
        number, pair = heapq.heappop(heap)
        if -number != counts[pair]:
            if counts[pair]:
                heapq.heappush(heap, (-counts[pair], pair))
            continue
        new, changed = BYTES + len(merges), set[Pair]()
        for index in places.pop(pair):
            before, after = texts[index], merge_pair(texts[index], pair, new)
            _count(before, -times[index], counts)
            _count(after, times[index], counts)
            texts[index] = after
            made = {other for other in pairwise(after) if new in other}
            for other in made:
                places[other].add(index)
            changed |= made
        for other in changed:
            heapq.heappush(heap, (-counts[other], other))
        merges.append(pair)
    return merges


def encode(words: Sequence[bytes], merges: Sequence[Pair]) -> list[list[int]]:
    """Return the tokens of each word; of the pairs in a word, the one learned first is merged."""
    ranks = {(left, right): BYTES + k for k, (left, right) in enumerate(merges)}
    return [_encoded(word, ranks) for word in words]


def decode(ids: Sequence[int], merges: Sequence[Pair]) -> bytes:
    """Return the bytes of tokens.

    Raises:
        ValueError: an id is not in 0 ... 255 + len(merges).
    """
    wrong = [token for token in ids if not 0 <= token < BYTES + len(merges)]
    if wrong:
        raise ValueError(f"token {wrong[0]} is not among the {BYTES + len(merges)} known ones")
    return bytes(_spelled(ids, merges))


def _count(ids: Iterable[int], times: int, counts: dict[Pair, int]) -> None:
    """Add `times` to the count of each pair of neighbours."""
    for pair in pairwise(ids):
        counts[pair] += times


def _encoded(word: bytes, ranks: Mapping[Pair, int]) -> list[int]:
    ids = list(word)
    while known := [ranks[pair] for pair in pairwise(ids) if pair in ranks]:
        new = min(known)
        ids = merge_pair(ids, next(p for p in pairwise(ids) if ranks.get(p) == new), new)
    return ids


def _spelled(ids: Sequence[int], merges: Sequence[Pair]) -> Iterator[int]:
    """Yield the bytes of `ids`: a token of a merge is that of its two halves."""
    waiting = list(reversed(ids))
    while waiting:
        token = waiting.pop()
        if token < BYTES:
            yield token
        else:
            waiting.extend(reversed(merges[token - BYTES]))
