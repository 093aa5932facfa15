"""Tables in a list of dicts; discounts by a look-up of min(ĉ, 3); warnings are errors."""

import numpy as np

from framework.interfaces import LanguageModel
from framework.models.count_tables import ratio, values_at
from framework.models.parts import part

np.seterr(all="raise", under="ignore")


def kneser_ney_discounts(counts):
    n = [int(np.sum(counts == i)) for i in range(5)]
    if 0 in n[1:]:
        return np.array([0.5, 1.0, 1.5])
    Y = n[1] / (n[1] + 2 * n[2])
    D = np.array([i - (i + 1) * Y * n[i + 1] / n[i] for i in (1, 2, 3)])
    return np.array([0.5, 1.0, 1.5]) if (D < 0).any() else D


class KneserNey(LanguageModel):
    def __init__(self, vocabulary_size, order, *, end=None):
        super().__init__()
        self.order = order
        self.counted = part("ngram_lm")(vocabulary_size, order, end=end)
        self.counted.estimate = self.estimate

    def fit(self, tokens):
        self.counted.fit(tokens)
        self.discounts = np.zeros((self.order, 3))
        self.tables = [{}]
        for n in range(1, self.order + 1):
            counts = self.counted.counts[n] if n == self.order else self._continuations(n)
            self.discounts[n - 1] = kneser_ney_discounts(counts)
            D = np.r_[0.0, self.discounts[n - 1]][np.minimum(counts, 3)]
            table = {"rest": counts - D}
            table["taken"] = self.counted._sum(n, D)
            table["total"] = self.counted._sum(n, counts.astype(float))
            self.tables.append(table)

    def estimate(self, n, h, words, shorter):
        table = self.tables[n]
        rest = values_at(table["rest"], self.counted._follow(n, h, words))
        taken, total = values_at(table["taken"], h), values_at(table["total"], h)
        return np.where(total > 0, ratio(rest + taken * shorter, total), shorter)

    def _continuations(self, n):
        longer, _ = self.counted.ngrams(n + 1)
        numbers = self.counted._number(longer[:, 1:])
        before = np.bincount(numbers, minlength=len(self.counted.counts[n]))
        return np.where(before > 0, before, self.counted.counts[n])

    def count(self, ngrams):
        return self.counted.count(ngrams)

    def probability(self, history, words):
        return self.counted.probability(history, words)

    def log_probabilities(self, tokens):
        return self.counted.log_probabilities(tokens)

    def initial_state(self, batch_size):
        return self.counted.initial_state(batch_size)

    def forward(self, tokens, state=None):
        result = self.counted.forward(tokens, state)
        self.state = self.counted.state
        return result

    def next_log_probabilities(self, tokens, state):
        return self.counted.next_log_probabilities(tokens, state)
