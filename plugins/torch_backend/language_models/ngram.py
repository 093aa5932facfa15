"""N-gram language models on torch tensors: sorted keys, `torch.unique` and `torch.searchsorted`.

Source: CS224n lecture 6, sections 1.5 to 1.10.

The formulas, and how an n-gram becomes one integer, are explained where the NumPy form is.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from framework.arrays import check_ids
from framework.interfaces import LanguageModel
from framework.models.count_models import check_fitted, check_length, check_sizes
from plugins.torch_backend.arrays import current_device, to_tensor


class NgramLM(LanguageModel):
    """P(w | h) = c(h w) / c(h ·), with h the last n − 1 words; 0 where h was never seen.

    Attributes:
        keys: for n = 0 ... order the keys of the n-grams seen, sorted, `(K_n,)`.
        counts: how often each of them was seen, `(K_n,)`.
        totals: c(h ·) for each history h of 0 ... order − 1 words, by the number of h.
        state: the history after the last token that `forward` read, `(N, order − 1)`.
    """

    def __init__(self, vocabulary_size: int, order: int, *, end: int | None = None) -> None:
        super().__init__()
        check_sizes(vocabulary_size, order, end)
        self.vocabulary_size, self.order, self.end = vocabulary_size, order, end
        self.nothing = vocabulary_size  # the id of a missing word in a history
        self.keys: list[Tensor] = []
        self.counts: list[Tensor] = []
        self.totals: list[Tensor] = []

    def fit(self, tokens: Any) -> None:
        """Count the n-grams of `tokens: (T + 1,)`, of which the first is only read.

        Raises:
            IndexError: an id outside 0 ... V−1.
            ValueError: there are fewer than two tokens.
        """
        tokens, V = _checked_ids(tokens, self.vocabulary_size), self.vocabulary_size
        check_length(tokens)
        history, words = self._read(tokens[None], self.initial_state(1))[0, :-1], tokens[1:]
        self.keys = [words.new_zeros(1), torch.arange(V, device=words.device)]
        self.counts = [words.new_tensor([len(words)]), torch.bincount(words, minlength=V)]
        for n in range(2, self.order + 1):
            given = history[:, 1 - n] != self.nothing
            numbers = self._number(history[given][:, self.order - n :])
            keys, counts = torch.unique(numbers * V + words[given], return_counts=True)
            self.keys.append(keys)
            self.counts.append(counts)
        self.totals = [self._sum(n, self.counts[n]) for n in range(1, self.order + 1)]

    def ngrams(self, n: int) -> tuple[Tensor, Tensor]:
        """Return the n-grams that were seen, `(K, n)` in order of ids, and their counts `(K,)`."""
        number = torch.arange(len(self.keys[n]), device=self.keys[n].device)
        columns = []
        for m in range(n, 0, -1):
            keys = self.keys[m][number]
            number = keys // self.vocabulary_size
            columns.append(keys % self.vocabulary_size)
        seen = self.counts[n] > 0
        return torch.stack(columns[::-1], dim=1)[seen], self.counts[n][seen]

    def count(self, ngrams: Any) -> Tensor:
        """Return how often each of `ngrams: (..., n)` was seen: `(...)`."""
        ngrams = to_tensor(ngrams)
        return values_at(self.counts[ngrams.shape[-1]], self._number(ngrams))

    def probability(self, history: Any, words: Any) -> Tensor:
        """Return P(w | h) of each of `words: (...)` after its `history: (..., k)`; they broadcast.

        Raises:
            IndexError: an id outside 0 ... V−1 (V in the history, where there is no word).
            ValueError: there was no `fit` before.
        """
        history = _checked_ids(history, self.vocabulary_size + 1)
        words = _checked_ids(words, self.vocabulary_size)
        check_fitted(self.counts)
        k = history.shape[-1]
        p = torch.tensor(1 / self.vocabulary_size, dtype=torch.float64, device=words.device)
        for n in range(1, min(k + 1, self.order) + 1):
            h = history[..., k + 1 - n :]
            given = (h != self.nothing).all(dim=-1)
            p = torch.where(given, self.estimate(n, self._number(h), words, p), p)
        return p

    def estimate(self, n: int, h: Tensor, words: Tensor, shorter: Tensor) -> Tensor:
        """Return P(w | h) from n-grams.

        Args:
            n: the length of h w.
            h: number of each history, −1 where it was never seen.
            words: ids.
            shorter: P(w | h without its first word); 1/V for n = 1.
        """
        return ratio(*self._seen(n, h, words))

    def log_probabilities(self, tokens: Any) -> Tensor:
        """Return log P of each token but the first, given those before it: `(T,)`."""
        tokens = _checked_ids(tokens, self.vocabulary_size)
        history = self._read(tokens[None], self.initial_state(1))[0]
        return self.probability(history[:-1], tokens[1:]).log()

    def forward(self, tokens: Any, state: Any = None) -> Tensor:
        """Return log P of every word after every one of `tokens: (N, T)`: `(N, T, V)`."""
        tokens = _checked_ids(tokens, self.vocabulary_size)
        before = self.initial_state(len(tokens)) if state is None else to_tensor(state)
        history = self._read(tokens, before)
        self.state = history[:, -1]
        words = torch.arange(self.vocabulary_size, device=tokens.device)
        return self.probability(history[:, :, None], words).log()

    def initial_state(self, batch_size: int) -> Tensor:
        """Return the history before the first token: V everywhere, `(batch_size, order − 1)`."""
        return torch.full((batch_size, self.order - 1), self.nothing, device=current_device())

    def next_log_probabilities(self, tokens: Any, state: Any) -> tuple[Tensor, Tensor]:
        """Read one token of each text `(N,)`; return log P of the next `(N, V)`, and the state."""
        return self.forward(to_tensor(tokens)[:, None], state)[:, 0], self.state

    def _read(self, tokens: Tensor, state: Tensor) -> Tensor:
        """Return the last order − 1 tokens after each of `tokens: (N, T)`; V before an end."""
        k = self.order - 1
        text = torch.cat([state, tokens], dim=1)
        columns = [text[:, j + 1 : j + 1 + tokens.shape[1]] for j in range(k)]
        end = self.nothing if self.end is None else self.end
        for j in range(k - 1, 0, -1):
            shut = (columns[j] == end) | (columns[j] == self.nothing)
            columns[j - 1] = columns[j - 1].masked_fill(shut, self.nothing)
        return torch.stack(columns, dim=-1) if k else text.new_zeros(*tokens.shape, 0)

    def _seen(self, n: int, h: Tensor, words: Tensor) -> tuple[Tensor, Tensor]:
        """Return c(h w) and c(h ·)."""
        c = values_at(self.counts[n], self._follow(n, h, words))
        return c, values_at(self.totals[n - 1], h)

    def _number(self, ngrams: Tensor) -> Tensor:
        """Return the number of each of `ngrams: (..., n)`; −1 where it was never seen."""
        number = torch.zeros(ngrams.shape[:-1], dtype=torch.int64, device=ngrams.device)
        for n in range(1, ngrams.shape[-1] + 1):
            number = self._follow(n, number, ngrams[..., n - 1])
        return number

    def _follow(self, n: int, h: Tensor, words: Tensor) -> Tensor:
        """Return the number of the n-gram h w, −1 if it was never seen; `h` are numbers as well."""
        keys, key = self.keys[n], h * self.vocabulary_size + words
        place, after = (torch.searchsorted(keys, key, right=right) for right in (False, True))
        return torch.where(place < after, place, -1)

    def _sum(self, n: int, values: Tensor) -> Tensor:
        """Return Σ_w of the values of n-grams h w, by the number of the history: `(K_{n−1},)`."""
        sums = values.new_zeros(len(self.keys[n - 1]), dtype=torch.float64)
        return sums.index_add_(0, self.keys[n] // self.vocabulary_size, values.double())


class AddDelta(NgramLM):
    """P(w | h) = (c(h w) + δ) / (c(h ·) + δ V)."""

    def __init__(
        self, vocabulary_size: int, order: int, delta: float, *, end: int | None = None
    ) -> None:
        super().__init__(vocabulary_size, order, end=end)
        if not delta > 0:
            raise ValueError(f"delta must be positive, not {delta}")
        self.delta = delta

    def estimate(self, n: int, h: Tensor, words: Tensor, shorter: Tensor) -> Tensor:
        """Return P(w | h) from n-grams: see `NgramLM.estimate`."""
        c, total = self._seen(n, h, words)
        return (c.double() + self.delta) / (total + self.delta * self.vocabulary_size)


class Backoff(NgramLM):
    """Stupid backoff (Brants et al. 2007), or interpolated by Witten & Bell (1991)."""

    def __init__(
        self,
        vocabulary_size: int,
        order: int,
        method: str,
        *,
        alpha: float = 0.4,
        end: int | None = None,
    ) -> None:
        super().__init__(vocabulary_size, order, end=end)
        if method not in ("stupid", "interpolated"):
            raise ValueError(f"no method '{method}': choose 'stupid' or 'interpolated'")
        self.method, self.alpha = method, alpha

    def fit(self, tokens: Any) -> None:
        """Count n-grams, and how many different words t(h) have followed each history."""
        super().fit(tokens)
        self.types = [self._sum(n, self.counts[n] > 0) for n in range(1, self.order + 1)]

    def estimate(self, n: int, h: Tensor, words: Tensor, shorter: Tensor) -> Tensor:
        """Return S(w | h) or P(w | h) from n-grams: see `NgramLM.estimate`."""
        c, total = self._seen(n, h, words)
        if self.method == "stupid":
            unseen = self.alpha * shorter if n > 1 else torch.zeros_like(shorter)
            return torch.where(c > 0, ratio(c, total), unseen)
        t = values_at(self.types[n - 1], h)
        return torch.where(total > 0, ratio(c + t * shorter, total + t), shorter)


def _checked_ids(value: Any, size: int) -> Tensor:
    """Return `value` as ids; they are checked on a GPU too, because no kernel does it."""
    ids = to_tensor(value)
    check_ids(ids, size)
    return ids.long()


def values_at(values: Tensor, numbers: Tensor) -> Tensor:
    """Return the values with these numbers; 0 for the number −1."""
    if not len(values):
        return torch.zeros_like(numbers)
    return torch.where(numbers >= 0, values[numbers.clamp(min=0)], 0)


def ratio(a: Tensor, b: Tensor) -> Tensor:
    """Return a / b, and 0 where b is 0."""
    return torch.where(b > 0, a.double() / b, 0.0)
