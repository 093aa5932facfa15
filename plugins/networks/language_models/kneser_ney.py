"""Kneser-Ney smoothing for every backend, on the sorted tables of n-grams of `ngram.py`.

Source: Chen & Goodman, "An empirical study of smoothing techniques for language modeling" (1998).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.arrays import current_arrays
from framework.interfaces import Array
from framework.models.parts import part
from plugins.networks.language_models.ngram import NgramLM, ratio, values_at


class KneserNey(NgramLM):
    """Interpolated modified Kneser-Ney smoothing.

    Attributes:
        discounts: D(1), D(2) and D(3) for n = 1 ... order, `(order, 3)`; D(3) is for counts ≥ 3.
    """

    discounts: Any

    def fit(self, tokens: Any) -> None:
        """Count n-grams and compute, for each length, ĉ, its discounts and the sums over words.

        Raises:
            IndexError: an id is outside 0 ... V−1.
            ValueError: there are fewer than two tokens.
        """
        super().fit(tokens)
        discounts, self._left, self._taken, self._all = [], [self.counts[0]], [], []
        for n in range(1, self.order + 1):
            c = self.counts[n] if n == self.order else self._continuations(n)
            D = part("kneser_ney_discounts")(self._arrays.asarray(c))
            discounts.append(self._arrays.to_numpy(D))
            taken = np.append(0.0, discounts[-1])[np.minimum(c, 3)]
            self._left.append(c - taken)
            self._taken.append(self._sum(n, taken))
            self._all.append(self._sum(n, c))
        self.discounts = self._arrays.asarray(np.array(discounts))

    def estimate(self, n: int, h: Array, words: Array, shorter: Array) -> Array:
        """Return P(w | h) from n-grams: see `NgramLM.estimate`."""
        left = values_at(self._left[n], self._follow(n, h, words))
        taken, total = values_at(self._taken[n - 1], h), values_at(self._all[n - 1], h)
        return np.where(total > 0, ratio(left + taken * shorter, total), shorter)

    def _continuations(self, n: int) -> Array:
        """Return ĉ of all n-grams: the number of different words before each, `(K_n,)`."""
        ends = self._seen_ngrams(n + 1)[0][:, 1:]
        before = np.bincount(self._number(ends), minlength=len(self.counts[n]))
        return np.where(before > 0, before, self.counts[n])


def kneser_ney_discounts(counts: Any) -> Any:
    """Return D(1), D(2) and D(3) for `counts: (K,)`; 0.5, 1, 1.5 if they are undefined."""
    arrays = current_arrays()
    c = arrays.to_numpy(arrays.asarray(counts)).astype(np.int64)
    n, i = np.bincount(np.minimum(c, 5), minlength=6).astype(float), np.arange(1.0, 4.0)
    D = i / 2
    if (n[1:5] > 0).all():
        D = i - (i + 1) * n[1] / (n[1] + 2 * n[2]) * n[2:5] / n[1:4]
    return arrays.asarray(D if (D >= 0).all() else i / 2)
