"""PyTorch: unique rows, equality of whole rows, and a running mixture."""

import torch

from framework.models.parts import part


def kneser_ney_discounts(counts):
    i = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
    n = torch.stack([(counts == k).sum() for k in range(1, 5)]).double()
    D = i - (i + 1) * n[0] / (n[0] + 2 * n[1]) * n[1:] / n[:-1]
    return D if bool((n > 0).all()) and bool((D >= 0).all()) else i / 2


class KneserNey(part("ngram_lm")):
    def fit(self, tokens):
        super().fit(tokens)
        self.adjusted = []
        for n in range(1, self.order + 1):
            counts = self.counts[n - 1]
            if n < self.order and len(counts):
                before = (self.grams[n][:, None, 1:] == self.grams[n - 1]).all(-1).sum(0)
                counts = torch.where(before > 0, before, counts)
            self.adjusted.append(counts)
        self.discounts = torch.stack([kneser_ney_discounts(c) for c in self.adjusted])

    def _mix(self, n, h, p):
        row = self._sparse(self.grams[n - 1], self.adjusted[n - 1], h)
        if not row.any():
            return p
        D = torch.cat([torch.zeros(1, dtype=torch.float64), self.discounts[n - 1]])
        taken = D[row.clamp(max=3).long()]
        return (row - taken + taken.sum() * p) / row.sum()
