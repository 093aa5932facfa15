"""Mixes the orders by halves, whatever was counted: no interpolated backoff."""

import numpy as np
import right_answer


class Backoff(right_answer.Backoff):
    def probability(self, history, word):
        history, word = np.asarray(history), np.asarray(word)
        V, longest = self.vocabulary_size, min(history.shape[-1], self.order - 1)
        p = np.full(np.broadcast_shapes(history.shape[:-1], word.shape), 1 / V)
        for n in range(longest + 1):
            h = history[..., history.shape[-1] - n :]
            every = right_answer.NgramLM.probability(self, h[..., None, :], np.arange(V))
            shares = right_answer.NgramLM.probability(self, h, word)
            p = np.where(every.sum(axis=-1) > 0, 0.5 * shares + 0.5 * p, p)
        return p
