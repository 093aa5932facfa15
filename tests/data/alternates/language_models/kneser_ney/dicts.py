"""Plain dicts of tuples and a recursion, word by word."""

from collections import Counter

import numpy as np

from framework.models.parts import part


def kneser_ney_discounts(counts):
    n = Counter(int(c) for c in counts)
    if not all(n[i] for i in (1, 2, 3, 4)):
        return np.array([0.5, 1.0, 1.5])
    Y = n[1] / (n[1] + 2 * n[2])
    D = [i - (i + 1) * Y * n[i + 1] / n[i] for i in (1, 2, 3)]
    return np.array(D) if min(D) >= 0 else np.array([0.5, 1.0, 1.5])


class KneserNey(part("ngram_lm")):
    def fit(self, tokens):
        super().fit(tokens)
        tables = []
        for n, table in enumerate(self.tables):
            before = Counter(g[1:] for g in self.tables[n + 1]) if n + 1 < self.order else table
            tables.append({g: before[g] or count for g, count in table.items()})
        self.discounts = np.array([kneser_ney_discounts(list(t.values())) for t in tables])
        self.adjusted = [self._by_history(table) for table in tables]

    def _p(self, h, w):
        after = self.adjusted[len(h)].get(h, {})
        shorter = self._p(h[1:], w) if h else 1 / self.V
        if not after:
            return shorter
        D = [0.0, *self.discounts[len(h)].tolist()]
        mass = sum(D[min(c, 3)] for c in after.values())
        c = after.get(w, 0)
        return (c - D[min(c, 3)] + mass * shorter) / sum(after.values())
