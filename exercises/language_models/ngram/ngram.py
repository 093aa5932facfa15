"""N-gram language models: the next word, predicted by counting.

Source: CS224n lecture 6, sections 1.5 to 1.10; Chen & Goodman, "An empirical study of smoothing
techniques for language modeling" (1998).

How the counts are kept. Every n-gram that was seen has a number, its place in the sorted table of
n-grams; an n-gram is its first n − 1 words, themselves a numbered (n−1)-gram, and one more word:

    key = number of the first n − 1 words · V + last word

One integer for each n-gram, however long, and looked up by bisection. It fits into 64 bits, where
V^5 would not.
"""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, LanguageModel


class NgramLM(LanguageModel):
    """P(w | all words before) = P(w | h), h the last n − 1 words: the ratio of two counts.

        P(w | h) = c(h w) / c(h ·),      c(h ·) = Σ_w c(h w)

    Where the text has fewer than n − 1 words before w, all of them are h.

    Args:
        vocabulary_size: V.
        order: n, the length of the longest n-grams: 1 looks at no word before, 2 at one ...
        end: id of the end of a sentence. No history reaches further back than to the last of
            them, so that it also marks the start of the next sentence. None: there are none.

    Attributes:
        keys: for n = 0 ... order the keys of the n-grams seen, sorted, `(K_n,)`. There is one
            n-gram of no words, number 0; and each of the V words has a place, seen or not.
        counts: how often each of them was seen, `(K_n,)`.
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
        """Count the n-grams of a text, n = 1 ... order. What was counted before is forgotten.

        The first token is only read: words are counted where they are predicted, and an n-gram is
        counted where its last word is. It must lie within the text, and an end of sentence may be
        its first or its last word, not one in between.

        Args:
            tokens: ids, `(T + 1,)` integers.

        Raises:
            IndexError: an id outside 0 ... V−1.
            ValueError: there are fewer than two tokens.
        """
        _check_ids(tokens, self.vocabulary_size)
        _check_length(tokens)
        # TODO: words first (np.bincount), then the keys of longer n-grams (np.unique)
        raise NotImplementedError

    def ngrams(self, n: int) -> tuple[Array, Array]:
        """The table of n-grams: all that were seen, in order of their ids, and their counts.

        Returns:
            ids `(K, n)`, rows sorted by the first word, then by the second ..., and counts `(K,)`.
        """
        # TODO: take the keys apart, from the last word to the first
        raise NotImplementedError

    def count(self, ngrams: Array) -> Array:
        """How often each of these n-grams was seen: `(...)` for `(..., n)` ids, 1 ≤ n ≤ order."""
        # TODO: your code here
        raise NotImplementedError

    def probability(self, history: Array, words: Array) -> Array:
        """P(w | h) of each word after its history.

        Args:
            history: ids, `(..., k)`; only the last order − 1 matter, and fewer will do. V stands
                where there is no word, further back than the text or the sentence goes.
            words: ids; `(...)`, or any shape that broadcasts with it.

        Returns:
            probabilities `(...)`. 0 where the history was never seen with any word after it.
            (Models with this one as their base have something better to say there.)

        Raises:
            IndexError: an id outside 0 ... V−1 (V in the history).
            ValueError: there was no `fit` before.
        """
        _check_ids(history, self.vocabulary_size + 1)
        _check_ids(words, self.vocabulary_size)
        _check_fitted(self.counts)
        # TODO: from P(w) on, one more word of history at a time, as far as it goes
        raise NotImplementedError

    def estimate(self, n: int, h: Array, words: Array, shorter: Array) -> Array:
        """P(w | h) from n-grams: what other models do otherwise.

        Args:
            n: the length of h w.
            h: number of each history, −1 where it was never seen.
            words: ids.
            shorter: P(w | h without its first word); 1/V for n = 1.
        """
        # TODO: your code here
        raise NotImplementedError

    def seen(self, n: int, h: Array, words: Array) -> tuple[Array, Array]:
        """Given: c(h w) and c(h ·), from the number of each history (−1: both are 0)."""
        return _at(self.counts[n], self._follow(n, h, words)), _at(self.totals[n - 1], h)

    def log_probabilities(self, tokens: Array) -> Array:
        """log P of every token but the first, given those before it: `(T,)` for `(T + 1,)` ids.

        Their sum is the log of the lecture's P(x_1 ... x_T) = Π_t P(x_t | x_0 ... x_{t−1}).

        Raises:
            IndexError: an id outside 0 ... V−1.
        """
        _check_ids(tokens, self.vocabulary_size)
        # TODO: your code here
        raise NotImplementedError

    def forward(self, tokens: Array, state: Array | None = None) -> Array:
        """log P of every word as the one after every token; keeps the last history in `state`.

        Args:
            tokens: ids, `(N, T)` integers.
            state: the history before the first token, `(N, order − 1)`; empty if None.

        Returns:
            log probabilities `(N, T, V)`.

        Raises:
            IndexError: an id outside 0 ... V−1.
        """
        _check_ids(tokens, self.vocabulary_size)
        # TODO: your code here
        raise NotImplementedError

    def initial_state(self, batch_size: int) -> Array:
        """The history before anything was read: V everywhere, `(batch_size, order − 1)`."""
        # TODO: your code here
        raise NotImplementedError

    def next_log_probabilities(self, tokens: Array, state: Array) -> tuple[Array, Array]:
        """Read one token of each text; log P of the one after it.

        Args:
            tokens: the ids just read, `(N,)` integers.
            state: what `initial_state` or the last call returned, `(N, order − 1)`. Not modified.

        Returns:
            log probabilities `(N, V)`, and the history after `tokens`, `(N, order − 1)`.
        """
        # TODO: your code here
        raise NotImplementedError

    def _read(self, tokens: Array, state: Array) -> Array:
        """The last order − 1 tokens after each of `tokens: (N, T)`, `(N, T, order − 1)`.

        V (`self.nothing`) stands before an end of sentence.
        """
        # TODO: windows over state and tokens together; then empty what an end shuts off
        raise NotImplementedError

    def _number(self, ngrams: Array) -> Array:
        """The number of each n-gram, `(...)` for `(..., n)` ids; −1 where it was never seen."""
        # TODO: your code here
        raise NotImplementedError

    def _follow(self, n: int, h: Array, words: Array) -> Array:
        """The number of the n-gram h w, −1 where it was never seen; `h` are numbers as well."""
        # TODO: np.searchsorted says where the key stands if it stands anywhere
        raise NotImplementedError

    def _sum(self, n: int, values: Array) -> Array:
        """Σ_w of `values`, one for each n-gram h w: for every history h, `(K_{n−1},)`."""
        # TODO: your code here
        raise NotImplementedError


class AddDelta(NgramLM):
    """Every n-gram is counted `delta` times more than it was seen, so that none is impossible.

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
    """Where a history says little, a shorter one is asked: h' is h without its first word.

    "stupid" (Brants et al. 2007): a shorter history if h w was never seen. Scores, not
    probabilities: over all words they sum to more than 1.

        S(w | h) = c(h w) / c(h ·)  if c(h w) > 0,  else α S(w | h');      S(w) = c(w) / c(·)

    "interpolated" (Witten & Bell 1991): always a mixture; the more different words t(h) have
    followed h, the more probable it is that another new one does. The last P is 1/V.

        P(w | h) = (c(h w) + t(h) P(w | h')) / (c(h ·) + t(h)),
        P(w | h) = P(w | h') if c(h ·) = 0

    Args:
        vocabulary_size: V.
        order: n.
        method: "stupid" or "interpolated".
        alpha: α, for "stupid" alone.
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
        """Count n-grams, and how many different words t(h) have followed each history."""
        super().fit(tokens)
        # TODO: your code here
        raise NotImplementedError

    def estimate(self, n: int, h: Array, words: Array, shorter: Array) -> Array:
        """S(w | h) or P(w | h) from n-grams: see `NgramLM.estimate`."""
        # TODO: your code here
        raise NotImplementedError


class KneserNey(NgramLM):
    """Interpolated modified Kneser-Ney: a discount for every count, and counts of another kind.

    From each count ĉ a little is taken and given to the shorter history h':

        P(w | h) = (ĉ(h w) − D(ĉ(h w)) + Σ_w D(ĉ(h w)) · P(w | h')) / ĉ(h ·),
        P(w | h) = P(w | h') if ĉ(h ·) = 0;  the last P is 1/V

    The longest n-grams have ĉ = c. For shorter ones, which are asked where the longer one says
    nothing, ĉ is the number of different words that were seen before them: "Francisco" is
    frequent, but after "San" alone. Where nothing ever stands before an n-gram, because it starts
    the text or a sentence, ĉ = c.

    Args:
        vocabulary_size: V.
        order: n.
        end: id of the end of a sentence, or None.

    Attributes:
        discounts: D(1), D(2) and D(3 and more) for n = 1 ... order, `(order, 3)`.
    """

    discounts: Array

    def fit(self, tokens: Array) -> None:
        """Count n-grams, find ĉ and the discounts."""
        super().fit(tokens)
        # TODO: ĉ of every n, its discounts, then what is left of ĉ and the sums over w
        raise NotImplementedError

    def estimate(self, n: int, h: Array, words: Array, shorter: Array) -> Array:
        """P(w | h) from n-grams: see `NgramLM.estimate`."""
        # TODO: your code here
        raise NotImplementedError

    def _continuations(self, n: int) -> Array:
        """ĉ of all n-grams: how many different words stand before each, `(K_n,)`."""
        # TODO: each different n+1-gram is one word before the n-gram at its end
        raise NotImplementedError


def kneser_ney_discounts(counts: Array) -> Array:
    """What Chen & Goodman take from a count of 1, of 2, and of 3 or more: `(3,)`.

        D(i) = i − (i + 1) Y n_{i+1} / n_i,      Y = n_1 / (n_1 + 2 n_2)

    with n_i, how many n-grams have the count i. Where one of n_1 ... n_4 is 0 or a D falls below 0
    (small texts), this says nothing, and 0.5, 1 and 1.5 are taken.

    Args:
        counts: of all n-grams of one length, `(K,)` integers ≥ 0.
    """
    # TODO: your code here
    raise NotImplementedError


def _at(values: Array, numbers: Array) -> Array:
    """Given: the values with these numbers; 0 for the number −1."""
    return np.where(numbers >= 0, values[numbers], 0) if len(values) else np.zeros_like(numbers)


def _ratio(a: Array, b: Array) -> Array:
    """Given: a / b, and 0 where b is 0."""
    a, b = np.broadcast_arrays(a, b)
    return np.divide(a, b, out=np.zeros(a.shape), where=b > 0)


def _log(p: Array) -> Array:
    """Given: log p, −∞ where p is 0."""
    with np.errstate(divide="ignore"):
        return np.log(p)


def _check_ids(ids: Array, vocabulary_size: int) -> None:
    """Given: refuses what are no ids of words."""
    if ids.size and (ids.min() < 0 or ids.max() >= vocabulary_size):
        bounds, found = f"0 ... {vocabulary_size - 1}", f"{ids.min()} ... {ids.max()}"
        raise IndexError(f"token ids must lie in {bounds}, but these lie in {found}")


def _check_length(tokens: Array) -> None:
    """Given: refuses a text without a word to predict."""
    if len(tokens) < 2:
        raise ValueError(f"a text of {len(tokens)} token(s) has nothing to count: give more text")


def _check_fitted(counts: list[Array]) -> None:
    """Given: refuses to predict from nothing."""
    if not counts:
        raise ValueError("no text has been counted yet: call fit(tokens) first")
