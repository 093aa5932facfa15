"""Kneser-Ney smoothing on torch tensors.

Source: Chen & Goodman, "An empirical study of smoothing techniques for language modeling" (1998).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from plugins.torch_backend.arrays import to_tensor
from plugins.torch_backend.language_models.ngram import NgramLM, ratio, values_at


class KneserNey(NgramLM):
    """Interpolated modified Kneser-Ney (Chen & Goodman 1998).

    Attributes:
        discounts: D(1), D(2) and D(3 and more) for n = 1 ... order, `(order, 3)`.
    """

    discounts: Tensor

    def fit(self, tokens: Any) -> None:
        """Count n-grams; find the counts of words before them, and the discounts."""
        super().fit(tokens)
        found: list[Tensor] = []
        self._left, self._taken, self._all = [self.counts[0]], [], []
        for n in range(1, self.order + 1):
            c = self.counts[n] if n == self.order else self._continuations(n)
            found.append(kneser_ney_discounts(c))
            taken = torch.cat([found[-1].new_zeros(1), found[-1]])[c.clamp(max=3)]
            self._left.append(c - taken)
            self._taken.append(self._sum(n, taken))
            self._all.append(self._sum(n, c))
        self.discounts = torch.stack(found)

    def estimate(self, n: int, h: Tensor, words: Tensor, shorter: Tensor) -> Tensor:
        """Return P(w | h) from n-grams: see `NgramLM.estimate`."""
        left = values_at(self._left[n], self._follow(n, h, words))
        taken, total = values_at(self._taken[n - 1], h), values_at(self._all[n - 1], h)
        return torch.where(total > 0, ratio(left + taken * shorter, total), shorter)

    def _continuations(self, n: int) -> Tensor:
        """Return the number of different words before each n-gram, or else its count: `(K_n,)`."""
        ends = self.ngrams(n + 1)[0][:, 1:]
        before = torch.bincount(self._number(ends), minlength=len(self.counts[n]))
        return torch.where(before > 0, before, self.counts[n])


def kneser_ney_discounts(counts: Any) -> Tensor:
    """Return D(1), D(2) and D(3 and more) for `counts: (K,)`; 0.5, 1, 1.5 if they are undefined."""
    n = torch.bincount(to_tensor(counts).clamp(max=5), minlength=6).double()
    i = torch.arange(1, 4, device=n.device)
    D = i - (i + 1) * n[1] / (n[1] + 2 * n[2]) * n[2:5] / n[1:4]
    return D if bool((n[1:5] > 0).all() and (D >= 0).all()) else i.double() / 2
