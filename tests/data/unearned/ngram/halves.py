"""Mixes the orders by halves, whatever was counted: no interpolated backoff."""

import right_answer


class Backoff(right_answer.Backoff):
    def estimate(self, h, w):
        p = 1 / self.vocabulary_size
        for first in reversed(range(len(h) + 1)):
            if self.totals[h[first:]]:
                p = 0.5 * right_answer.NgramLM.estimate(self, h[first:], w) + 0.5 * p
        return p
