"""N-gram models for every backend: sorted tables of n-grams, looked up by bisection.

The solution of the exercise counts tuples in dictionaries. Here every n-gram that was seen has a
number: its place in the sorted table of n-grams of its length. Its key uses the number of its first
n − 1 words, an (n−1)-gram:

    key = number of the first n − 1 words · V + last word

So each n-gram of any length has one integer, which is looked up by bisection. It fits into 64 bits,
where V^5 would not. A text is counted, and its words are looked up, by a few calls of NumPy: ids
are data of the host. What a model returns has the form of the backend.

Source: CS224n lecture 6, sections 1.5 to 1.10.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.arrays import check_ids
from framework.interfaces import Array, LanguageModel
from framework.models.count_models import check_fitted, check_length, check_sizes, log


class NgramLM(LanguageModel):
    """P(w | h) = c(h w) / c(h ·), with h the last n − 1 words; 0 if h was never seen.

    Args:
        vocabulary_size: V.
        order: n, the length of the longest n-grams; the history has n − 1 words.
        end: id of the end of a sentence, or None.

    Attributes:
        keys: for n = 0 ... order the sorted keys of the n-grams seen, `(K_n,)`. There is one
            n-gram without words, number 0. Each of the V words has a place, seen or not.
        counts: the count of each of them, `(K_n,)`.
        totals: c(h ·) for each history h of 0 ... order − 1 words, by the number of h.
        state: the history after the last token that `forward` read, `(N, order − 1)`.

    Raises:
        ValueError: `vocabulary_size` or `order` is less than 1, or `end` is not the id of a word.
    """

    def __init__(self, vocabulary_size: int, order: int, *, end: int | None = None) -> None:
        super().__init__()
        check_sizes(vocabulary_size, order, end)
        self.vocabulary_size, self.order, self.end = vocabulary_size, order, end
        self.nothing = vocabulary_size  # stands in a history where there is no word
        self.keys: list[Array] = []
        self.counts: list[Array] = []
        self.totals: list[Array] = []

    def fit(self, tokens: Any) -> None:
        """Count the n-grams of a text `(T + 1,)`, n = 1 ... order. Earlier counts are replaced.

        Raises:
            IndexError: an id is outside 0 ... V−1.
            ValueError: there are fewer than two tokens.
        """
        V = self.vocabulary_size
        tokens = self._ids(tokens, V)
        check_length(tokens)
        history, words = self._read(tokens[None], self._start(1))[0, :-1], tokens[1:]
        self.keys = [np.zeros(1, dtype=np.int64), np.arange(V)]
        self.counts = [np.array([len(words)]), np.bincount(words, minlength=V)]
        h = tokens[:-1]  # number of the (n−1)-gram before each word
        for n in range(2, self.order + 1):
            given = history[:, 1 - n] != self.nothing
            keys, number, counts = np.unique(
                h[given] * V + words[given], return_inverse=True, return_counts=True
            )
            self.keys.append(keys)
            self.counts.append(counts)
            after = np.zeros(len(tokens), dtype=np.int64)
            after[1:][given] = number
            h = after[:-1]  # the n-gram that ends at a word is the history of the next word
        self.totals = [self._sum(n, self.counts[n]) for n in range(1, self.order + 1)]

    def ngrams(self, n: int) -> tuple[Any, Any]:
        """Return all n-grams that were seen, `(K, n)` sorted by ids, and their counts `(K,)`."""
        rows, counts = self._seen_ngrams(n)
        return self._arrays.asarray(rows), self._arrays.asarray(counts)

    def _seen_ngrams(self, n: int) -> tuple[Array, Array]:
        rows = np.empty((len(self.keys[n]), n), dtype=np.int64)
        number = np.arange(len(rows))
        for m in range(n, 0, -1):
            number, rows[:, m - 1] = np.divmod(self.keys[m][number], self.vocabulary_size)
        seen = self.counts[n] > 0
        return rows[seen], self.counts[n][seen]

    def count(self, ngrams: Any) -> Any:
        """Return the count of each n-gram: `(...)` for `(..., n)` ids, 1 ≤ n ≤ order."""
        ids = self._host(ngrams)
        return self._arrays.asarray(values_at(self.counts[ids.shape[-1]], self._number(ids)))

    def probability(self, history: Any, words: Any) -> Any:
        """Return P(w | h) of each word after its history.

        Args:
            history: ids, `(..., k)`; only the last order − 1 are used. V marks places before the
                start of the text or of the sentence.
            words: ids; `(...)`, or any shape that broadcasts with it.

        Raises:
            IndexError: an id is outside 0 ... V−1 (0 ... V in the history).
            ValueError: `fit` was not called before.
        """
        V = self.vocabulary_size
        p = self._probability(self._ids(history, V + 1), self._ids(words, V))
        return self._arrays.asarray(p)

    def _probability(self, history: Array, words: Array) -> Array:
        check_fitted(self.counts)
        k = history.shape[-1]
        p = np.array(1 / self.vocabulary_size)
        for n in range(1, min(k + 1, self.order) + 1):
            h = history[..., k + 1 - n :]
            given = (h != self.nothing).all(axis=-1)
            p = np.where(given, self.estimate(n, self._number(h), words, p), p)
        return p

    def estimate(self, n: int, h: Array, words: Array, shorter: Array) -> Array:
        """Return P(w | h) from n-grams; the subclasses override this method.

        Args:
            n: the length of h w.
            h: number of each history, −1 if it was never seen.
            words: ids.
            shorter: P(w | h without its first word); 1/V for n = 1.
        """
        return ratio(*self.seen(n, h, words))

    def seen(self, n: int, h: Array, words: Array) -> tuple[Array, Array]:
        """Return c(h w) and c(h ·) from the number of each history; both are 0 for −1."""
        c = values_at(self.counts[n], self._follow(n, h, words))
        return c, values_at(self.totals[n - 1], h)

    def log_probabilities(self, tokens: Any) -> Any:
        """Return log P of each token but the first, given those before it: `(T,)` for `(T + 1,)`.

        Raises:
            IndexError: an id is outside 0 ... V−1.
            ValueError: `fit` was not called before, or there are fewer than two tokens.
        """
        tokens = self._ids(tokens, self.vocabulary_size)
        check_length(tokens)
        history = self._read(tokens[None], self._start(1))[0]
        return self._arrays.asarray(log(self._probability(history[:-1], tokens[1:])))

    def forward(self, tokens: Any, state: Any = None) -> Any:
        """Return log P of every word after each of `tokens: (N, T)`, `(N, T, V)`; keep `state`.

        Raises:
            IndexError: an id is outside 0 ... V−1.
        """
        tokens = self._ids(tokens, self.vocabulary_size)
        start = self._start(len(tokens)) if state is None else self._host(state)
        history = self._read(tokens, start)
        self.state = self._arrays.asarray(history[:, -1])
        every_word = np.arange(self.vocabulary_size)
        return self._arrays.asarray(log(self._probability(history[:, :, None], every_word)))

    def initial_state(self, batch_size: int) -> Any:
        """Return the history at the start of a text: V everywhere, `(batch_size, order − 1)`."""
        return self._arrays.asarray(self._start(batch_size))

    def next_log_probabilities(self, tokens: Any, state: Any) -> tuple[Any, Any]:
        """Read one token of each text `(N,)`; return log P of the next `(N, V)`, and the state."""
        return self.forward(tokens[:, None], state)[:, 0], self.state

    def _host(self, value: Any) -> Array:
        """Return integers of the backend, a list or an array as NumPy's int64."""
        return self._arrays.to_numpy(self._arrays.asarray(value)).astype(np.int64)

    def _ids(self, value: Any, size: int) -> Array:
        ids = self._host(value)
        check_ids(ids, size)
        return ids

    def _start(self, batch_size: int) -> Array:
        return np.full((batch_size, self.order - 1), self.nothing)

    def _read(self, tokens: Array, state: Array) -> Array:
        """Return the history after each of `tokens: (N, T)`, `(N, T, order − 1)`.

        Places before an end of sentence are V (`self.nothing`).
        """
        text = np.concatenate([state, tokens], axis=1)
        windows = np.lib.stride_tricks.sliding_window_view(text, self.order - 1, axis=1)
        history = windows[:, 1:].copy()
        for j in range(self.order - 2, 0, -1):
            shut = (history[..., j] == self.end) | (history[..., j] == self.nothing)
            history[shut, j - 1] = self.nothing
        return history

    def _number(self, ngrams: Array) -> Array:
        """Return the number of each n-gram, `(...)` for `(..., n)` ids; −1 if it was never seen."""
        number = np.zeros(ngrams.shape[:-1], dtype=np.int64)
        for n in range(1, ngrams.shape[-1] + 1):
            number = self._follow(n, number, ngrams[..., n - 1])
        return number

    def _follow(self, n: int, h: Array, words: Array) -> Array:
        """Return the number of the n-gram h w, −1 if it was never seen; `h` holds numbers, too."""
        keys, key = self.keys[n], h * self.vocabulary_size + words
        index = np.searchsorted(keys, key)
        return np.where(index < np.searchsorted(keys, key, side="right"), index, -1)

    def _sum(self, n: int, values: Array) -> Array:
        """Return Σ_w of `values`, one value per n-gram h w, for each history h: `(K_{n−1},)`."""
        h = self.keys[n] // self.vocabulary_size
        return np.bincount(h, values, minlength=len(self.keys[n - 1]))


class AddDelta(NgramLM):
    """P(w | h) = (c(h w) + δ) / (c(h ·) + δ V).

    Raises:
        ValueError: δ is not positive.
    """

    def __init__(
        self, vocabulary_size: int, order: int, delta: float, *, end: int | None = None
    ) -> None:
        super().__init__(vocabulary_size, order, end=end)
        if not delta > 0:
            raise ValueError(f"delta must be positive, not {delta}")
        self.delta = delta

    def estimate(self, n: int, h: Array, words: Array, shorter: Array) -> Array:
        """Return P(w | h) from n-grams: see `NgramLM.estimate`."""
        c, total = self.seen(n, h, words)
        return (c + self.delta) / (total + self.delta * self.vocabulary_size)


class Backoff(NgramLM):
    """Stupid backoff (Brants et al. 2007), or interpolated by Witten & Bell (1991).

    Raises:
        ValueError: there is no such method.
    """

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
        """Count n-grams, and for each history the number t(h) of different words after it."""
        super().fit(tokens)
        self.types = [self._sum(n, self.counts[n] > 0) for n in range(1, self.order + 1)]

    def estimate(self, n: int, h: Array, words: Array, shorter: Array) -> Array:
        """Return S(w | h) or P(w | h) from n-grams: see `NgramLM.estimate`."""
        c, total = self.seen(n, h, words)
        if self.method == "stupid":
            unseen = 0 if n == 1 else self.alpha * shorter
            return np.where(c > 0, ratio(c, total), unseen)
        t = values_at(self.types[n - 1], h)
        return np.where(total > 0, ratio(c + t * shorter, total + t), shorter)


def values_at(values: Array, numbers: Array) -> Array:
    """Return the values with these numbers, and 0 for the number −1, an n-gram never seen.

    Args:
        values: one for each n-gram of a length, `(K,)`.
        numbers: `(...)` integers in −1 ... K−1.
    """
    return np.where(numbers >= 0, values[numbers], 0) if len(values) else np.zeros_like(numbers)


def ratio(a: Array, b: Array) -> Array:
    """Return a / b, and 0 where b is 0; the shapes broadcast."""
    a, b = np.broadcast_arrays(a, b)
    return np.divide(a, b, out=np.zeros(a.shape), where=b > 0)
