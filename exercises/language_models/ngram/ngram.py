"""N-gram language models: predict the next word from counts.

Source: CS224n lecture 6, sections 1.5 to 1.10.

Storage of the counts. Every n-gram that was seen has a number: its place in the sorted table of
n-grams of its length. Its key uses the number of its first n − 1 words, an (n−1)-gram:

    key = number of the first n − 1 words · V + last word

So each n-gram of any length has one integer, which is looked up by bisection. It fits into 64 bits,
where V^5 would not.
"""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, LanguageModel
from framework.models.count_tables import ratio, values_at


class NgramLM(LanguageModel):
    """P(w | all words before) = P(w | h), h the last n − 1 words: the ratio of two counts.

        P(w | h) = c(h w) / c(h ·),      c(h ·) = Σ_w c(h w)

    If the text has fewer than n − 1 words before w, h is all of them.

    Args:
        vocabulary_size: V.
        order: n, the length of the longest n-grams; the history has n − 1 words.
        end: id of the end of a sentence. A history extends back to the last end of sentence at
            most, so this id also marks the start of the next sentence. None: there is no such id.

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
        if vocabulary_size < 1 or order < 1:
            raise ValueError(
                f"vocabulary size and order must be at least 1, not {vocabulary_size} and {order}"
            )
        if end is not None and not 0 <= end < vocabulary_size:
            raise ValueError(f"end must be one of 0 ... {vocabulary_size - 1} or None, not {end}")
        self.vocabulary_size, self.order, self.end = vocabulary_size, order, end
        self.nothing = vocabulary_size  # stands in a history where there is no word
        self.keys: list[Array] = []
        self.counts: list[Array] = []
        self.totals: list[Array] = []

    def fit(self, tokens: Array) -> None:
        """Count the n-grams of a text, n = 1 ... order. Earlier counts are replaced.

        The first token is only read, not counted as a word. An n-gram is counted if it lies within
        the text. An end of sentence may be its first or its last word, but not one in between.

        Args:
            tokens: ids, `(T + 1,)` integers.

        Raises:
            IndexError: an id is outside 0 ... V−1.
            ValueError: there are fewer than two tokens.
        """
        _check_ids(tokens, self.vocabulary_size)
        _check_length(tokens)
        # TODO: words first (np.bincount), then the keys of longer n-grams (np.unique)
        raise NotImplementedError

    def ngrams(self, n: int) -> tuple[Array, Array]:
        """Return all n-grams that were seen, sorted by their ids, and their counts.

        Returns:
            ids `(K, n)`, rows sorted by the first word, then by the second ..., and counts `(K,)`.
        """
        # TODO: decompose the keys, from the last word to the first
        raise NotImplementedError

    def count(self, ngrams: Array) -> Array:
        """Return the count of each n-gram: `(...)` for `(..., n)` ids, 1 ≤ n ≤ order."""
        # TODO: your code here
        raise NotImplementedError

    def probability(self, history: Array, words: Array) -> Array:
        """Return P(w | h) of each word after its history.

        Args:
            history: ids, `(..., k)`; only the last order − 1 are used, and there may be fewer. V
                marks places before the start of the text or of the sentence.
            words: ids; `(...)`, or any shape that broadcasts with it.

        Returns:
            probabilities `(...)`; 0 if the history was never seen with a word after it. (The
            subclasses have better estimates there.)

        Raises:
            IndexError: an id is outside 0 ... V−1 (0 ... V in the history).
            ValueError: `fit` was not called before.
        """
        _check_ids(history, self.vocabulary_size + 1)
        _check_ids(words, self.vocabulary_size)
        _check_fitted(self.counts)
        # TODO: start with P(w), then add one word of history at a time
        raise NotImplementedError

    def estimate(self, n: int, h: Array, words: Array, shorter: Array) -> Array:
        """Return P(w | h) from n-grams; the subclasses override this method.

        Args:
            n: the length of h w.
            h: number of each history, −1 if it was never seen.
            words: ids.
            shorter: P(w | h without its first word); 1/V for n = 1.
        """
        # TODO: your code here
        raise NotImplementedError

    def seen(self, n: int, h: Array, words: Array) -> tuple[Array, Array]:
        """Given: return c(h w) and c(h ·) from the number of each history; both are 0 for −1."""
        c = values_at(self.counts[n], self._follow(n, h, words))
        return c, values_at(self.totals[n - 1], h)

    def log_probabilities(self, tokens: Array) -> Array:
        """Return log P of each token but the first, given those before it: `(T,)` for `(T + 1,)`.

        Their sum is the log of P(x_1 ... x_T | x_0) = Π_t P(x_t | x_0 ... x_{t−1}).

        Raises:
            IndexError: an id is outside 0 ... V−1.
        """
        _check_ids(tokens, self.vocabulary_size)
        # TODO: your code here
        raise NotImplementedError

    def forward(self, tokens: Array, state: Array | None = None) -> Array:
        """Return log P of every word after each token; keep the last history in `state`.

        Args:
            tokens: ids, `(N, T)` integers.
            state: the history before the first token, `(N, order − 1)`; empty if None.

        Returns:
            log probabilities `(N, T, V)`.

        Raises:
            IndexError: an id is outside 0 ... V−1.
        """
        _check_ids(tokens, self.vocabulary_size)
        # TODO: your code here
        raise NotImplementedError

    def initial_state(self, batch_size: int) -> Array:
        """Return the history at the start of a text: V everywhere, `(batch_size, order − 1)`."""
        # TODO: your code here
        raise NotImplementedError

    def next_log_probabilities(self, tokens: Array, state: Array) -> tuple[Array, Array]:
        """Read one token of each text and return log P of the next token.

        Args:
            tokens: the ids to read, `(N,)` integers.
            state: the result of `initial_state` or the last call, `(N, order − 1)`. Not modified.

        Returns:
            log probabilities `(N, V)`, and the history after `tokens`, `(N, order − 1)`.
        """
        # TODO: your code here
        raise NotImplementedError

    def _read(self, tokens: Array, state: Array) -> Array:
        """Return the history after each of `tokens: (N, T)`, `(N, T, order − 1)`.

        Places before an end of sentence are V (`self.nothing`).
        """
        # TODO: windows over state and tokens; then V at all places before an end
        raise NotImplementedError

    def _number(self, ngrams: Array) -> Array:
        """Return the number of each n-gram, `(...)` for `(..., n)` ids; −1 if it was never seen."""
        # TODO: your code here
        raise NotImplementedError

    def _follow(self, n: int, h: Array, words: Array) -> Array:
        """Return the number of the n-gram h w, −1 if it was never seen; `h` holds numbers, too."""
        # TODO: np.searchsorted returns the place of the key if the key is in the table
        raise NotImplementedError

    def _sum(self, n: int, values: Array) -> Array:
        """Return Σ_w of `values`, one value per n-gram h w, for each history h: `(K_{n−1},)`."""
        # TODO: your code here
        raise NotImplementedError


class AddDelta(NgramLM):
    """Add-δ smoothing: every n-gram count is increased by δ, so that no probability is 0.

        P(w | h) = (c(h w) + δ) / (c(h ·) + δ V)

    Args:
        vocabulary_size: V.
        order: n.
        delta: δ > 0.
        end: id of the end of a sentence, or None.

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
        """P(w | h) from n-grams: see `NgramLM.estimate`."""
        # TODO: your code here
        raise NotImplementedError


class Backoff(NgramLM):
    """Backoff to a shorter history h', which is h without its first word.

    "stupid" (Brants et al. 2007): use the shorter history if h w was never seen. The results are
    scores, not probabilities: their sum over all words exceeds 1.

        S(w | h) = c(h w) / c(h ·)  if c(h w) > 0,  else α S(w | h');      S(w) = c(w) / c(·)

    "interpolated" (Witten & Bell 1991): always a mixture. t(h) is the number of different words
    that followed h; a large t(h) makes a new word more probable. The last step is 1/V.

        P(w | h) = (c(h w) + t(h) P(w | h')) / (c(h ·) + t(h)),
        P(w | h) = P(w | h') if c(h ·) = 0

    Args:
        vocabulary_size: V.
        order: n.
        method: "stupid" or "interpolated".
        alpha: α, for "stupid" only.
        end: id of the end of a sentence, or None.

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

    def fit(self, tokens: Array) -> None:
        """Count n-grams, and for each history the number t(h) of different words after it."""
        super().fit(tokens)
        # TODO: your code here
        raise NotImplementedError

    def estimate(self, n: int, h: Array, words: Array, shorter: Array) -> Array:
        """Return S(w | h) or P(w | h) from n-grams: see `NgramLM.estimate`."""
        # TODO: your code here
        raise NotImplementedError


def _log(p: Array) -> Array:
    """Given: return log p, and −∞ where p is 0."""
    with np.errstate(divide="ignore"):
        return np.log(p)


def _check_ids(ids: Array, vocabulary_size: int) -> None:
    """Given: raise an IndexError for ids outside 0 ... V−1."""
    if ids.size and (ids.min() < 0 or ids.max() >= vocabulary_size):
        bounds, found = f"0 ... {vocabulary_size - 1}", f"{ids.min()} ... {ids.max()}"
        raise IndexError(f"token ids must lie in {bounds}, but these lie in {found}")


def _check_length(tokens: Array) -> None:
    """Given: raise a ValueError for a text without a word to predict."""
    if len(tokens) < 2:
        raise ValueError(f"a text of {len(tokens)} token(s) has nothing to count: give more text")


def _check_fitted(counts: list[Array]) -> None:
    """Given: raise a ValueError if no text has been counted."""
    if not counts:
        raise ValueError("no text has been counted yet: call fit(tokens) first")
