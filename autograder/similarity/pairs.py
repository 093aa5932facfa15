"""Compares the code of one task, each with each: shares of common token sequences.

All sequences are compared, and none are sampled as winnowing does. The code of a task has some
hundred of them, so that a class of 1,000 is one product of matrices.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.similarity.tokens import LENGTH, grams, tokens

#: Pairs with a lower share are left out.
LOWEST = 0.1
#: Tokens beyond the skeleton that code needs to be compared: short tasks look alike in any class.
MIN_TOKENS = 40

#: Ids of two codes and their share, from 0 to 1.
Pair = tuple[str, str, float]


@dataclass(frozen=True)
class Comparison:
    """The code of one task.

    Attributes:
        code: id -> code; an id names no student.
        skeleton: code that all were given.
        sources: ids of code from outside of the class, which is not compared with its like.
    """

    exercise: str
    task: str
    code: Mapping[str, str]
    skeleton: str = ""
    sources: frozenset[str] = frozenset()


def long_enough(comparison: Comparison) -> dict[str, frozenset[tuple[str, ...]]]:
    """Return id -> sequences beyond the skeleton, of code that is long enough to be compared."""
    given = grams(tokens(comparison.skeleton)).keys()
    found = {id: frozenset(grams(tokens(code)).keys() - given)
             for id, code in comparison.code.items()}  # fmt: skip
    return {id: own for id, own in found.items() if len(own) + LENGTH - 1 >= MIN_TOKENS}


def similar_pairs(comparison: Comparison) -> Iterator[Pair]:
    """Yield pairs that have something in common: twice the common part by the sum of both."""
    found = long_enough(comparison)
    ids = [*(id for id in found if id not in comparison.sources),
           *(id for id in found if id in comparison.sources)]  # fmt: skip
    if len(ids) < 2:
        return
    common = _common([found[id] for id in ids])
    sizes = np.array([len(found[id]) for id in ids], dtype=np.float32)
    shares = 2 * common / (sizes[:, None] + sizes[None, :])
    own = len(ids) - len(comparison.sources & found.keys())
    for i, j in np.argwhere(np.triu(shares >= LOWEST, k=1)):
        if i < own:
            yield ids[i], ids[j], float(shares[i, j])


def _common(found: Sequence[frozenset[tuple[str, ...]]]) -> np.ndarray:
    """Return a `(N, N)` array: the number of sequences that each two have in common."""
    counts = Counter(gram for own in found for gram in own)
    columns = {gram: i for i, gram in enumerate(g for g, count in counts.items() if count > 1)}
    table = np.zeros((len(found), len(columns)), dtype=np.float32)
    for row, own in enumerate(found):
        table[row, [columns[gram] for gram in own if gram in columns]] = 1
    return table @ table.T
