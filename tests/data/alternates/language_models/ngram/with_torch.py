"""PyTorch: unique rows, equality of whole rows, and a running mixture."""

import torch

from framework.interfaces import LanguageModel


class NgramLM(LanguageModel):
    def __init__(self, vocabulary_size, order, *, end=None):
        super().__init__()
        if vocabulary_size < 1 or order < 1 or not (end is None or 0 <= end < vocabulary_size):
            raise ValueError("no such model")
        self.V, self.order, self.end = vocabulary_size, order, end
        self.grams = []

    def _check(self, ids, top):
        if ids.numel() and not bool(((ids >= 0) & (ids < top)).all()):
            raise IndexError("ids")

    def fit(self, tokens):
        self._check(tokens, self.V)
        if tokens.shape[0] < 2:
            raise ValueError("short")
        rows = torch.cat([self._after(tokens[None])[0, :-1], tokens[1:, None]], dim=1)
        self.grams, self.counts = [], []
        for n in range(1, self.order + 1):
            last = rows[:, self.order - n :]
            whole = last[(last != self.V).all(1)]
            grams, counts = torch.unique(whole, dim=0, return_counts=True)
            self.grams.append(grams.reshape(-1, n))
            self.counts.append(counts)

    def _after(self, tokens, state=None):
        history = self.initial_state(tokens.shape[0]) if state is None else state
        steps = []
        for token in tokens.unbind(1):
            if self.order > 1:
                shut = (token == self.end)[:, None] if self.end is not None else False
                old = torch.where(torch.as_tensor(shut), self.V, history)
                history = torch.cat([old[:, 1:], token[:, None]], dim=1)
            steps.append(history)
        return torch.stack(steps, dim=1)

    def ngrams(self, n):
        return self.grams[n - 1], self.counts[n - 1]

    def count(self, ngrams):
        n = ngrams.shape[-1]
        same = (ngrams.unsqueeze(-2) == self.grams[n - 1]).all(-1)
        return (same * self.counts[n - 1]).sum(-1)

    def _row(self, n, h):
        return self._sparse(self.grams[n - 1], self.counts[n - 1], h)

    def _sparse(self, grams, values, h):
        fits = (grams[:, :-1] == h).all(1)
        row = torch.zeros(self.V, dtype=torch.float64)
        return row.index_add(0, grams[fits, -1], values[fits].double())

    def _distribution(self, history):
        p = torch.full((self.V,), 1 / self.V, dtype=torch.float64)
        for n in range(1, min(self.order, len(history) + 1) + 1):
            h = history[len(history) + 1 - n :]
            if (h == self.V).any():
                return p
            p = self._mix(n, h, p)
        return p

    def _mix(self, n, h, p):
        row = self._row(n, h)
        return row / row.sum().clamp(min=1)

    def probability(self, history, words):
        self._check(history, self.V + 1)
        self._check(words, self.V)
        if not self.grams:
            raise ValueError("fit first")
        lead = history.shape[:-1]
        shape = torch.broadcast_shapes(lead, words.shape)
        flat = history.reshape(max(1, lead.numel()), history.shape[-1])
        every = torch.stack([self._distribution(h) for h in flat]).reshape(*lead, self.V)
        chosen = words.expand(shape).unsqueeze(-1)
        return every.expand(*shape, self.V).gather(-1, chosen).squeeze(-1)

    def log_probabilities(self, tokens):
        every = self.forward(tokens[None])[0, :-1]
        return every.gather(1, tokens[1:, None])[:, 0]

    def initial_state(self, batch_size):
        return torch.full((batch_size, self.order - 1), self.V)

    def forward(self, tokens, state=None):
        self._check(tokens, self.V)
        histories = self._after(tokens, state)
        self.state = histories[:, -1].clone()
        flat = histories.reshape(tokens.numel(), self.order - 1)
        every = torch.stack([self._distribution(h) for h in flat])
        return every.log().reshape(*tokens.shape, self.V)

    def next_log_probabilities(self, tokens, state):
        log_p = self.forward(tokens.unsqueeze(1), state)
        return log_p.squeeze(1), self.state


class AddDelta(NgramLM):
    def __init__(self, vocabulary_size, order, delta, *, end=None):
        super().__init__(vocabulary_size, order, end=end)
        if not delta > 0:
            raise ValueError("delta")
        self.delta = delta

    def _mix(self, n, h, p):
        row = self._row(n, h).add(self.delta)
        return row.div(row.sum())


class Backoff(NgramLM):
    def __init__(self, vocabulary_size, order, method, *, alpha=0.4, end=None):
        super().__init__(vocabulary_size, order, end=end)
        if method not in ("stupid", "interpolated"):
            raise ValueError("method")
        self.method, self.alpha = method, alpha

    def _mix(self, n, h, p):
        row = self._row(n, h)
        if self.method == "stupid":
            backed_off = self.alpha * p if n > 1 else torch.zeros_like(p)
            return torch.where(row > 0, row / row.sum(), backed_off)
        types = torch.count_nonzero(row)
        return (row + types * p) / (row.sum() + types) if types else p
