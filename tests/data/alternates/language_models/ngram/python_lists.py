"""Counts by a Counter of tuples, then sorted tables; warnings are errors."""

from bisect import bisect_left
from collections import Counter

import numpy as np

from framework.interfaces import LanguageModel

np.seterr(all="raise", under="ignore")


def _in_range(ids, V):
    ids = np.asarray(ids)
    if ids.size and (ids.min() < 0 or ids.max() >= V):
        raise IndexError(f"ids lie in 0 ... {V - 1}")


def values_at(values, numbers):
    known = numbers >= 0
    return np.where(known, values[numbers], 0) if len(values) else np.zeros_like(numbers)


def ratio(a, b):
    a, b = np.broadcast_arrays(a, b)
    return np.divide(a, b, out=np.zeros(a.shape), where=b > 0)


def _log(p):
    with np.errstate(divide="ignore"):
        return np.log(p)


class NgramLM(LanguageModel):
    def __init__(self, vocabulary_size, order, *, end=None):
        super().__init__()
        if vocabulary_size < 1 or order < 1:
            raise ValueError(f"V = {vocabulary_size}, n = {order}")
        if end is not None and not 0 <= end < vocabulary_size:
            raise ValueError(f"end = {end}")
        self.vocabulary_size, self.order, self.end = vocabulary_size, order, end
        self.keys, self.counts, self.totals = [], [], []

    def fit(self, tokens):
        V = self.vocabulary_size
        _in_range(tokens, V)
        if len(tokens) < 2:
            raise ValueError("a text of two tokens at least")
        text = [int(token) for token in tokens]
        words = Counter(text[1:])
        self.keys = [np.zeros(1, int), np.arange(V)]
        self.counts = [np.array([len(text) - 1]), np.array([words[w] for w in range(V)])]
        numbers = {(w,): w for w in range(V)}
        for n in range(2, self.order + 1):
            found = Counter(
                gram
                for t in range(len(text) - n + 1)
                if self.end not in (gram := tuple(text[t : t + n]))[1:-1]
            )
            keys = {numbers[gram[:-1]] * V + gram[-1]: gram for gram in found}
            order = sorted(keys)
            numbers = {keys[key]: number for number, key in enumerate(order)}
            self.keys.append(np.array(order, dtype=int))
            self.counts.append(np.array([found[keys[key]] for key in order], dtype=int))
        self.totals = [self._sum(n, self.counts[n]) for n in range(1, self.order + 1)]

    def ngrams(self, n):
        rows, seen = [], self.counts[n] > 0
        for key in self.keys[n][seen].tolist():
            row, length = [], n
            while length:
                key, last = divmod(key, self.vocabulary_size)
                row.append(last)
                length -= 1
                key = int(self.keys[length][key]) if length > 1 else key
            rows.append(row[::-1])
        return np.array(rows, dtype=int).reshape(-1, n), self.counts[n][seen]

    def count(self, ngrams):
        return values_at(self.counts[ngrams.shape[-1]], self._number(ngrams))

    def probability(self, history, words):
        V = self.vocabulary_size
        _in_range(history, V + 1)
        _in_range(words, V)
        if not self.counts:
            raise ValueError("fit comes first")
        words = np.asarray(words)
        shape = np.broadcast_shapes(history.shape[:-1], words.shape)
        p = self.estimate(
            1, np.zeros(shape, int), np.broadcast_to(words, shape), np.full(shape, 1 / V)
        )
        for n in range(2, min(self.order, history.shape[-1] + 1) + 1):
            last = history[..., history.shape[-1] - n + 1 :]
            h = np.broadcast_to(self._number(last), shape)
            longer = self.estimate(n, h, np.broadcast_to(words, shape), p)
            p = np.where((last == V).any(axis=-1), p, longer)
        return p

    def estimate(self, n, h, words, shorter):
        return ratio(*self.seen(n, h, words))

    def seen(self, n, h, words):
        c = values_at(self.counts[n], self._follow(n, h, words))
        return c, values_at(self.totals[n - 1], h)

    def log_probabilities(self, tokens):
        _in_range(tokens, self.vocabulary_size)
        histories = self._read(tokens[None, :-1], self.initial_state(1))[0]
        return _log(self.probability(histories, tokens[1:]))

    def forward(self, tokens, state=None):
        _in_range(tokens, self.vocabulary_size)
        first = self.initial_state(len(tokens)) if state is None else state
        histories = self._read(tokens, first)
        self.state = histories[:, -1].copy() if tokens.shape[1] else np.array(first)
        p = self.probability(histories[:, :, None], np.arange(self.vocabulary_size))
        return _log(p)

    def initial_state(self, batch_size):
        return np.full((batch_size, self.order - 1), self.vocabulary_size)

    def next_log_probabilities(self, tokens, state):
        log_p = self.forward(tokens[:, None], state)[:, 0]
        return log_p, self.state

    def _read(self, tokens, state):
        length, V = self.order - 1, self.vocabulary_size
        result = np.full((*tokens.shape, length), V)
        for n, (text, before) in enumerate(zip(tokens.tolist(), state.tolist(), strict=True)):
            history = list(before)
            for t, token in enumerate(text):
                history = [*history, token][1:] if length else []
                if length and token == self.end:
                    history = [V] * (length - 1) + [token]
                result[n, t] = history
        return result

    def _number(self, ngrams):
        number = np.zeros(ngrams.shape[:-1], int)
        for n in range(1, ngrams.shape[-1] + 1):
            number = self._follow(n, number, ngrams[..., n - 1])
        return number

    def _follow(self, n, h, words):
        h, words = np.broadcast_arrays(h, words)
        keys, V = self.keys[n].tolist(), self.vocabulary_size
        result = np.full(h.shape, -1)
        for place, (history, word) in enumerate(zip(h.flat, words.flat, strict=True)):
            if history < 0 or word >= V:
                continue
            key = int(history) * V + int(word)
            found = bisect_left(keys, key)
            if found < len(keys) and keys[found] == key:
                result.flat[place] = found
        return result

    def _sum(self, n, values):
        sums = np.zeros(len(self.keys[n - 1]), np.asarray(values).dtype)
        np.add.at(sums, self.keys[n] // self.vocabulary_size, values)
        return sums


class AddDelta(NgramLM):
    def __init__(self, vocabulary_size, order, delta, *, end=None):
        super().__init__(vocabulary_size, order, end=end)
        if not delta > 0:
            raise ValueError(f"delta = {delta}")
        self.delta = delta

    def estimate(self, n, h, words, shorter):
        c, total = self.seen(n, h, words)
        return (c + self.delta) / (total + self.delta * self.vocabulary_size)


class Backoff(NgramLM):
    def __init__(self, vocabulary_size, order, method, *, alpha=0.4, end=None):
        super().__init__(vocabulary_size, order, end=end)
        if method not in {"stupid", "interpolated"}:
            raise ValueError(f"method {method}")
        self.method, self.alpha = method, alpha

    def fit(self, tokens):
        super().fit(tokens)
        self.followers = [
            self._sum(n, (self.counts[n] > 0).astype(int)) for n in range(1, self.order + 1)
        ]

    def estimate(self, n, h, words, shorter):
        c, total = self.seen(n, h, words)
        if self.method == "stupid":
            longest = ratio(c, total)
            return longest if n == 1 else np.where(c > 0, longest, self.alpha * shorter)
        t = values_at(self.followers[n - 1], h)
        return np.where(total > 0, ratio(c + t * shorter, total + t), shorter)
