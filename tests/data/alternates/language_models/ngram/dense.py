"""Whole tables: every history that was seen has a row of V counts, and rows are mixed."""

import numpy as np

from framework.interfaces import LanguageModel


class NgramLM(LanguageModel):
    def __init__(self, vocabulary_size, order, *, end=None):
        super().__init__()
        if min(vocabulary_size, order) < 1:
            raise ValueError("sizes")
        if end is not None and (end < 0 or end >= vocabulary_size):
            raise ValueError("end")
        self.V, self.order, self.end = vocabulary_size, order, end
        self.windows = None

    def _check(self, ids, top=0):
        if np.size(ids) and (np.min(ids) < 0 or np.max(ids) >= self.V + top):
            raise IndexError("ids")

    def fit(self, tokens):
        self._check(tokens)
        if tokens.size < 2:
            raise ValueError("short")
        self.state = None
        history = self._histories(tokens[:-1])
        windows = np.concatenate([history, tokens[1:, None]], axis=1)
        self.windows = []
        for n in range(1, self.order + 1):
            last = windows[:, self.order - n :]
            full = last[(last != self.V).all(axis=1)]
            self.windows.append(np.unique(full, axis=0, return_counts=True))
        self.tables = [self.table(n) for n in range(1, self.order + 1)]

    def _histories(self, tokens):
        history = np.full(self.order - 1, self.V)
        rows = []
        for token in tokens:
            history = self._push(history, token)
            rows.append(history)
        return np.stack(rows)

    def _push(self, history, token):
        if token == self.end:
            history = np.full_like(history, self.V)
        return np.append(history, token)[1:] if len(history) else history

    def table(self, n):
        return self.rows(*self.windows[n - 1])

    def rows(self, grams, counts):
        table = {}
        for gram, count in zip(grams.tolist(), counts.tolist(), strict=True):
            words, values = table.setdefault(tuple(gram[:-1]), ([], []))
            words.append(gram[-1])
            values.append(count)
        return table

    def row(self, table, h):
        row = np.zeros(self.V)
        words, values = table.get(h, ([], []))
        row[words] = values
        return row

    def ngrams(self, n):
        grams, counts = self.windows[n - 1]
        return grams.reshape(-1, n), counts

    def count(self, ngrams):
        grams, counts = self.windows[ngrams.shape[-1] - 1]
        same = (ngrams[..., None, :] == grams).all(axis=-1)
        return (same * counts).sum(axis=-1)

    def distribution(self, history):
        p = np.full(self.V, 1 / self.V)
        for n in range(1, self.order + 1):
            h = history[len(history) - n + 1 :]
            if n - 1 > len(history) or self.V in h:
                break
            p = self.mix(n, tuple(int(x) for x in h), p)
        return p

    def mix(self, n, h, p):
        row = self.row(self.tables[n - 1], h)
        return row / max(row.sum(), 1)

    def probability(self, history, words):
        self._check(history, 1)
        self._check(words)
        if self.windows is None:
            raise ValueError("nothing counted")
        lead = history.shape[:-1]
        flat = history.reshape(int(np.prod(lead)), history.shape[-1])
        table = np.array([self.distribution(h) for h in flat])
        shape = np.broadcast_shapes(lead, words.shape)
        table = np.broadcast_to(table.reshape(*lead, self.V), (*shape, self.V))
        chosen = np.broadcast_to(words, shape)[..., None]
        return np.take_along_axis(table, chosen, axis=-1)[..., 0]

    def log_probabilities(self, tokens):
        self._check(tokens)
        every = self.forward(tokens[None, :-1])[0]
        return every[np.arange(len(every)), tokens[1:]]

    def initial_state(self, batch_size):
        return np.repeat(np.full((1, self.order - 1), self.V), batch_size, axis=0)

    def next_log_probabilities(self, tokens, state):
        self._check(tokens)
        after = np.stack([self._push(h, t) for h, t in zip(state, tokens, strict=True)])
        with np.errstate(divide="ignore"):
            return np.log(np.stack([self.distribution(h) for h in after])), after

    def forward(self, tokens, state=None):
        if state is None:
            state = self.initial_state(len(tokens))
        out = []
        for t in range(tokens.shape[1]):
            log_p, state = self.next_log_probabilities(tokens[:, t], state)
            out.append(log_p[:, None])
        self.state = state
        return np.concatenate(out, axis=1)


class AddDelta(NgramLM):
    def __init__(self, vocabulary_size, order, delta, *, end=None):
        super().__init__(vocabulary_size, order, end=end)
        if not delta > 0:
            raise ValueError("delta")
        self.delta = delta

    def mix(self, n, h, p):
        row = self.row(self.tables[n - 1], h) + self.delta
        return row / row.sum()


class Backoff(NgramLM):
    def __init__(self, vocabulary_size, order, method, *, alpha=0.4, end=None):
        super().__init__(vocabulary_size, order, end=end)
        if method not in {"stupid", "interpolated"}:
            raise ValueError("method")
        self.stupid, self.alpha = method == "stupid", alpha

    def mix(self, n, h, p):
        row = self.row(self.tables[n - 1], h)
        if self.stupid:
            scaled = p * self.alpha * (n > 1)
            scaled[row > 0] = row[row > 0] / row.sum()
            return scaled
        types = (row > 0).sum()
        return (row + types * p) / (row.sum() + types) if types else p
