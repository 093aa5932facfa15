"""Language models that count: what n-gram models share, with tuples of ids as histories.

The history of a word is a tuple of the last order − 1 words before it, or of fewer at the start of
a text or of a sentence. In arrays, the id V marks the places of a history that hold no word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from framework.arrays import check_ids
from framework.interfaces import Array, LanguageModel

History = tuple[int, ...]


class CountModel(LanguageModel):
    """A language model of which P(w | h) comes from the counts of n-grams.

    A subclass has `fit` and `estimate`; this class has all methods with arrays.

    Args:
        vocabulary_size: V.
        order: n, the length of the longest n-grams; a history has at most n − 1 words.
        end: id of the end of a sentence. No history extends over it: after an end, it is the
            end alone, which also marks the start of the next sentence. None: there is no such id.

    Attributes:
        counts: n-gram, a tuple of 1 ... n ids -> its count; 0 for a key that is missing.
        totals: history h -> the sum of the counts of h w over all words w; 0 if it is missing.
        state: the history after the last token that `forward` read, `(N, order − 1)`.

    Raises:
        ValueError: `vocabulary_size` or `order` is less than 1, or `end` is not the id of a word.
    """

    def __init__(self, vocabulary_size: int, order: int, *, end: int | None = None) -> None:
        super().__init__()
        check_sizes(vocabulary_size, order, end)
        self.vocabulary_size, self.order, self.end = vocabulary_size, order, end
        self.counts: Counter[History] = Counter()
        self.totals: Counter[History] = Counter()

    def estimate(self, h: History, w: int) -> float:
        """Return P(w | h)."""
        raise NotImplementedError

    def read(self, tokens: Array) -> Iterator[tuple[History, int]]:
        """Yield the history and the id of each word of a text; the first token is history only.

        Raises:
            IndexError: an id is outside 0 ... V−1.
            ValueError: there are fewer than two tokens.
        """
        check_ids(tokens, self.vocabulary_size)
        check_length(tokens)
        h: History = ()
        for before, w in pairwise(tokens.tolist()):
            h = self._after(h, before)
            yield h, w

    def ngrams(self, n: int) -> tuple[Array, Array]:
        """Return all n-grams that were seen, sorted by their ids, and their counts.

        Returns:
            ids `(K, n)`, rows sorted by the first word, then by the second ..., and counts `(K,)`.
        """
        rows = sorted(item for item in self.counts.items() if len(item[0]) == n)
        ids = np.array([g for g, _ in rows], dtype=np.int64).reshape(-1, n)
        return ids, np.array([count for _, count in rows], dtype=np.int64)

    def count(self, ngrams: Array) -> Array:
        """Return the count of each n-gram: `(...)` for `(..., n)` ids, 1 ≤ n ≤ order."""
        shape, n = ngrams.shape[:-1], ngrams.shape[-1]
        return np.array([self.counts[tuple(g)] for g in ngrams.reshape(-1, n).tolist()]).reshape(
            shape
        )

    def probability(self, history: Array, words: Array) -> Array:
        """Return P(w | h) of each word after its history.

        Args:
            history: ids, `(..., k)`; only the last order − 1 are used, and there may be fewer. V
                marks places before the start of the text or of the sentence.
            words: ids; `(...)`, or any shape that broadcasts with it.

        Returns:
            probabilities `(...)`.

        Raises:
            IndexError: an id is outside 0 ... V−1 (0 ... V in the history).
            ValueError: `fit` was not called before.
        """
        check_ids(history, self.vocabulary_size + 1)
        check_ids(words, self.vocabulary_size)
        check_fitted(self.counts)
        shape, k = np.broadcast_shapes(history.shape[:-1], words.shape), history.shape[-1]
        rows = np.broadcast_to(history, (*shape, k)).reshape(np.prod(shape, dtype=int), k)
        pairs = zip(rows.tolist(), np.broadcast_to(words, shape).ravel().tolist(), strict=True)
        p = [self.estimate(self._history(ids), w) for ids, w in pairs]
        return np.array(p, dtype=float).reshape(shape)

    def log_probabilities(self, tokens: Array) -> Array:
        """Return log P of each token but the first, given those before it: `(T,)` for `(T + 1,)`.

        Their sum is the log of P(x_1 ... x_T | x_0) = Π_t P(x_t | x_0 ... x_{t−1}).

        Raises:
            IndexError: an id is outside 0 ... V−1.
            ValueError: `fit` was not called before, or there are fewer than two tokens.
        """
        check_fitted(self.counts)
        return log(np.array([self.estimate(h, w) for h, w in self.read(tokens)], dtype=float))

    def forward(self, tokens: Array, state: Array | None = None) -> Array:
        """Return log P of every word after each token; keep the last history in `state`.

        Args:
            tokens: ids, `(N, T)` integers.
            state: the history before the first token, `(N, order − 1)`; empty if None.

        Returns:
            log probabilities `(N, T, V)`.

        Raises:
            IndexError: an id is outside 0 ... V−1.
            ValueError: `fit` was not called before.
        """
        check_ids(tokens, self.vocabulary_size)
        check_fitted(self.counts)
        state = self.initial_state(len(tokens)) if state is None else state
        p, after = np.empty((*tokens.shape, self.vocabulary_size)), state.copy()
        for i, text in enumerate(tokens.tolist()):
            h = self._history(state[i].tolist())
            for t, token in enumerate(text):
                h = self._after(h, token)
                p[i, t] = [self.estimate(h, w) for w in range(self.vocabulary_size)]
            after[i] = [self.vocabulary_size] * (self.order - 1 - len(h)) + list(h)
        self.state = after
        return log(p)

    def initial_state(self, batch_size: int) -> Array:
        """Return the history at the start of a text: V everywhere, `(batch_size, order − 1)`."""
        return np.full((batch_size, self.order - 1), self.vocabulary_size)

    def next_log_probabilities(self, tokens: Array, state: Array) -> tuple[Array, Array]:
        """Read one token of each text and return log P of the next token.

        Args:
            tokens: the ids to read, `(N,)` integers.
            state: the result of `initial_state` or the last call, `(N, order − 1)`. Not modified.

        Returns:
            log probabilities `(N, V)`, and the history after `tokens`, `(N, order − 1)`.
        """
        return self.forward(tokens[:, None], state)[:, 0], self.state

    def _after(self, h: History, token: int) -> History:
        """Return the history after `token`, which followed the history h."""
        return self._history((token,) if token == self.end else (*h, token))

    def _history(self, ids: Sequence[int]) -> History:
        """Return the last order − 1 of `ids`, without V and the places before it."""
        h = tuple(ids[max(0, len(ids) - self.order + 1) :])
        while self.vocabulary_size in h:
            h = h[h.index(self.vocabulary_size) + 1 :]
        return h


def log(p: Array) -> Array:
    """Return log p, and −∞ where p is 0."""
    with np.errstate(divide="ignore"):
        return np.log(p)


def check_sizes(vocabulary_size: int, order: int, end: int | None) -> None:
    """Raise a ValueError for a size or an order below 1, or an end that is not the id of a word."""
    if vocabulary_size < 1 or order < 1:
        raise ValueError(
            f"vocabulary size and order must be at least 1, not {vocabulary_size} and {order}"
        )
    if end is not None and not 0 <= end < vocabulary_size:
        raise ValueError(f"end must be one of 0 ... {vocabulary_size - 1} or None, not {end}")


def check_length(tokens: Array) -> None:
    """Raise a ValueError for a text without a word to predict."""
    if len(tokens) < 2:
        raise ValueError(f"a text of {len(tokens)} token(s) has nothing to count: give more text")


def check_fitted(counts: object) -> None:
    """Raise a ValueError if no text has been counted."""
    if not counts:
        raise ValueError("no text has been counted yet: call fit(tokens) first")
