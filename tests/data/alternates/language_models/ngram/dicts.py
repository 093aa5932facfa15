"""Plain dicts of tuples and a recursion, word by word."""

from collections import Counter, defaultdict
from itertools import pairwise
from math import inf, log

import numpy as np

from framework.interfaces import LanguageModel


class NgramLM(LanguageModel):
    def __init__(self, vocabulary_size, order, *, end=None):
        super().__init__()
        if vocabulary_size < 1 or order < 1 or (end is not None and not 0 <= end < vocabulary_size):
            raise ValueError("no such model")
        self.V, self.order, self.end = vocabulary_size, order, end
        self.tables = None

    def fit(self, tokens):
        tokens = self._ids(tokens)
        if len(tokens) < 2:
            raise ValueError("too short")
        self.tables = [Counter() for _ in range(self.order)]
        history = ()
        for before, word in pairwise(tokens):
            history = self._next(history, before)
            for n in range(min(len(history) + 1, self.order)):
                self.tables[n][(*history[len(history) - n :], word)] += 1
        self.after = [self._by_history(table) for table in self.tables]

    @staticmethod
    def _by_history(table):
        after = defaultdict(dict)
        for gram, count in table.items():
            after[gram[:-1]][gram[-1]] = count
        return after

    def _next(self, history, token):
        kept = () if self.order == 1 else (*history, token)[1 - self.order :]
        return (token,)[: self.order - 1] if token == self.end else kept

    def _ids(self, tokens, top=0):
        ids = [int(x) for x in np.ravel(tokens)]
        if any(not 0 <= x < self.V + top for x in ids):
            raise IndexError("no such word")
        return ids

    def ngrams(self, n):
        rows = sorted(self.tables[n - 1].items())
        grams = np.array([gram for gram, _ in rows], dtype=np.int64).reshape(len(rows), n)
        return grams, np.array([count for _, count in rows], dtype=np.int64)

    def count(self, ngrams):
        table = self.tables[ngrams.shape[-1] - 1]
        found = [table[tuple(row)] for row in ngrams.reshape(-1, ngrams.shape[-1]).tolist()]
        return np.array(found).reshape(ngrams.shape[:-1])

    def probability(self, history, words):
        self._ids(history, 1), self._ids(words)
        if self.tables is None:
            raise ValueError("fit first")
        shape = np.broadcast_shapes(history.shape[:-1], words.shape)
        k = history.shape[-1]
        rows = np.broadcast_to(history, (*shape, k)).reshape(int(np.prod(shape)), k).tolist()
        every = np.broadcast_to(words, shape).ravel().tolist()
        found = [self._p(self._cut(row), w) for row, w in zip(rows, every, strict=True)]
        return np.array(found, dtype=np.float64).reshape(shape)

    def _cut(self, row):
        kept = row[len(row) - min(len(row), self.order - 1) :]
        while self.V in kept:
            kept = kept[kept.index(self.V) + 1 :]
        return tuple(kept)

    def _p(self, h, w):
        after = self.after[len(h)].get(h, {})
        return after.get(w, 0) / sum(after.values()) if after else 0.0

    def log_probabilities(self, tokens):
        ids, history, found = self._ids(tokens), (), []
        for before, word in pairwise(ids):
            history = self._next(history, before)
            found.append(self._log(self._p(history, word)))
        return np.array(found)

    @staticmethod
    def _log(p):
        return log(p) if p else -inf

    def initial_state(self, batch_size):
        return np.array([[self.V] * (self.order - 1)] * batch_size, dtype=int).reshape(
            batch_size, self.order - 1
        )

    def next_log_probabilities(self, tokens, state):
        histories = [
            self._next(self._cut(row), word)
            for row, word in zip(state.tolist(), self._ids(tokens), strict=True)
        ]
        log_p = [[self._log(self._p(h, w)) for w in range(self.V)] for h in histories]
        k = self.order - 1
        padded = [[self.V] * (k - len(h)) + list(h) for h in histories]
        return np.array(log_p), np.array(padded, dtype=int).reshape(len(histories), k)

    def forward(self, tokens, state=None):
        self._ids(tokens)
        state = self.initial_state(len(tokens)) if state is None else state
        steps = []
        for column in tokens.T:
            log_p, state = self.next_log_probabilities(column, state)
            steps.append(log_p)
        self.state = state
        return np.stack(steps, axis=1)


class AddDelta(NgramLM):
    def __init__(self, vocabulary_size, order, delta, *, end=None):
        super().__init__(vocabulary_size, order, end=end)
        if not delta > 0:
            raise ValueError("delta")
        self.delta = delta

    def _p(self, h, w):
        after = self.after[len(h)].get(h, {})
        return (after.get(w, 0) + self.delta) / (sum(after.values()) + self.delta * self.V)


class Backoff(NgramLM):
    def __init__(self, vocabulary_size, order, method, *, alpha=0.4, end=None):
        super().__init__(vocabulary_size, order, end=end)
        self._p = {"stupid": self._stupid, "interpolated": self._mixed}.get(method)
        if self._p is None:
            raise ValueError("method")
        self.alpha = alpha

    def _stupid(self, h, w):
        after = self.after[len(h)].get(h, {})
        if w in after:
            return after[w] / sum(after.values())
        return self.alpha * self._stupid(h[1:], w) if h else 0.0

    def _mixed(self, h, w):
        after = self.after[len(h)].get(h, {})
        shorter = self._mixed(h[1:], w) if h else 1 / self.V
        share = len(after) / (len(after) + sum(after.values())) if after else 1.0
        seen = after.get(w, 0) / sum(after.values()) if after else 0.0
        return (1 - share) * seen + share * shorter
