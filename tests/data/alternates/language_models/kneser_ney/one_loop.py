"""A row of V adjusted counts for each history, in a list of dicts; warnings are errors."""

from collections import Counter

import numpy as np

from framework.models.count_models import CountModel
from framework.models.parts import part

np.seterr(all="raise", under="ignore")


def kneser_ney_discounts(counts):
    n = [int(np.sum(counts == i)) for i in range(5)]
    if 0 in n[1:]:
        return np.array([0.5, 1.0, 1.5])
    Y = n[1] / (n[1] + 2 * n[2])
    D = np.array([i - (i + 1) * Y * n[i + 1] / n[i] for i in (1, 2, 3)])
    return np.array([0.5, 1.0, 1.5]) if (D < 0).any() else D


class KneserNey(CountModel):
    def __init__(self, vocabulary_size, order, *, end=None):
        super().__init__(vocabulary_size, order, end=end)
        self.counted = part("ngram_lm")(vocabulary_size, order, end=end)

    def fit(self, tokens):
        self.counted.fit(tokens)
        self.discounts = np.zeros((self.order, 3))
        self.rows, longer = [], None
        for n in reversed(range(1, self.order + 1)):
            grams, counts = self.counted.ngrams(n)
            grams = [tuple(gram) for gram in grams.tolist()]
            if longer is not None:
                ends = Counter(gram[1:] for gram in longer)
                counts = np.array([ends[g] or c for g, c in zip(grams, counts, strict=True)])
            self.discounts[n - 1] = kneser_ney_discounts(counts)
            self.rows.insert(0, self._rows(grams, counts))
            longer = grams
        self.counts.update(dict.fromkeys(grams, 1))  # what is asked before a fit is refused

    def _rows(self, grams, counts):
        rows = {}
        for gram, count in zip(grams, counts, strict=True):
            row = rows.setdefault(gram[:-1], np.zeros(self.vocabulary_size, int))
            row[gram[-1]] = count
        return rows

    def estimate(self, h, w):
        p = 1 / self.vocabulary_size
        for n in range(len(h) + 1):
            row = self.rows[n].get(h[len(h) - n :])
            if row is not None:
                D = np.r_[0.0, self.discounts[n]][np.minimum(row, 3)]
                p = (row[w] - D[w] + D.sum() * p) / row.sum()
        return p

    def count(self, ngrams):
        return self.counted.count(ngrams)
