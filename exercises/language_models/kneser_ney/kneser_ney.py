"""Kneser-Ney smoothing of n-gram models (Kneser & Ney 1995; Chen & Goodman 1998)."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import numpy as np

from framework.interfaces import Array
from framework.models.count_models import CountModel
from framework.models.parts import part


class KneserNey(CountModel):
    """Interpolated modified Kneser-Ney smoothing: discounts, and counts of different words.

    Args:
        vocabulary_size, order, end: as for your `NgramLM`.

    Attributes:
        counted: your `NgramLM`, which counts the text.
        counts: n-gram, a tuple of 1 ... n ids -> ĉ. A `Counter`: missing keys count 0.
        totals: history h -> ĉ(h ·), the sum of ĉ(h w) over all words w. A `Counter`.
        taken: history h -> the sum of the discounts D(ĉ(h w)) over all words w.
        discounts: D(1), D(2) and D(3) for n = 1 ... order, `(order, 3)`.
    """

    discounts: Array

    def __init__(self, vocabulary_size: int, order: int, *, end: int | None = None) -> None:
        super().__init__(vocabulary_size, order, end=end)
        self.counted: Any = part("ngram_lm")(vocabulary_size, order, end=end)

    def count(self, ngrams: Array) -> Array:
        """Given: return the count c of each n-gram, `(...)` for `(..., n)` ids."""
        return self.counted.count(ngrams)

    def fit(self, tokens: Array) -> None:
        """Compute ĉ, its totals, the discounts, and what they take. Earlier counts are replaced.

        Raises:
            IndexError: an id of `tokens`, `(T + 1,)` integers, is outside 0 ... V−1.
            ValueError: there are fewer than two tokens.
        """
        self.counted.fit(tokens)
        # TODO: for every n: ĉ of all n-grams, their discounts; then both sums by history
        raise NotImplementedError

    def _adjusted(self, n: int) -> dict[tuple[int, ...], int]:
        """Return ĉ of each n-gram that was seen: n-gram -> ĉ."""
        # TODO: each different (n+1)-gram has one word before the n-gram at its end
        raise NotImplementedError

    def _table(self, n: int) -> dict[tuple[int, ...], int]:
        """Given: return all n-grams that were seen, with their counts c: n-gram -> c."""
        ids, counts = self.counted.ngrams(n)
        return dict(zip(map(tuple, ids.tolist()), counts.tolist(), strict=True))

    def _discount(self, n: int, c: int) -> float:
        """Return D(c) for n-grams of length n: 0 for c = 0, and D(3) for all c ≥ 3."""
        # TODO: your code here
        raise NotImplementedError

    def estimate(self, h: tuple[int, ...], w: int) -> float:
        """Return P(w | h) for the last 0 ... order − 1 ids h, and a word w."""
        # TODO: your code here
        raise NotImplementedError


def kneser_ney_discounts(counts: Array) -> Array:
    """Return the discounts of Chen & Goodman for counts of 1, of 2, and of 3 or more: `(3,)`.

    If one of n_1 ... n_4 is 0 or a D is negative, as in small texts, the discounts are 0.5, 1
    and 1.5.

    Args:
        counts: of all n-grams of one length, `(K,)` integers ≥ 0.
    """
    # TODO: your code here
    raise NotImplementedError
