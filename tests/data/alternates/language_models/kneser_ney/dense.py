"""Whole tables: every history that was seen has a row of V counts, and rows are mixed."""

import numpy as np

from framework.models.parts import part


def kneser_ney_discounts(counts):
    n1, n2, n3, n4 = ((counts == i).sum() for i in (1, 2, 3, 4))
    if min(n1, n2, n3, n4) == 0:
        return np.arange(1, 4) * 0.5
    y = n1 / (n1 + 2 * n2)
    found = np.array([1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3])
    return np.arange(1, 4) * 0.5 if (found < 0).any() else found


class KneserNey(part("ngram_lm")):
    def fit(self, tokens):
        super().fit(tokens)
        self.tables, self.discounts = [], np.zeros((self.order, 3))
        for n in range(1, self.order + 1):
            grams, counts = self.windows[n - 1]
            if n < self.order:
                ends, number = np.unique(self.windows[n][0][:, 1:], axis=0, return_counts=True)
                before = dict(zip(map(tuple, ends.tolist()), number.tolist(), strict=True))
                pairs = zip(grams.tolist(), counts, strict=True)
                counts = np.array([before.get(tuple(g), c) for g, c in pairs], dtype=int)
            self.discounts[n - 1] = kneser_ney_discounts(counts)
            self.tables.append(self.rows(grams, counts))

    def mix(self, n, h, p):
        row = self.row(self.tables[n - 1], h)
        if not row.any():
            return p
        taken = np.concatenate([[0.0], self.discounts[n - 1]])[np.minimum(row, 3).astype(int)]
        return (row - taken) / row.sum() + taken.sum() / row.sum() * p
