"""Kneser-Ney: the best way to share probability between n-grams that were seen and unseen ones.

Source: Kneser & Ney, "Improved backing-off for m-gram language modeling" (1995); Chen & Goodman,
"An empirical study of smoothing techniques for language modeling" (1998).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Array, LanguageModel
from framework.models.count_tables import ratio, values_at
from framework.models.parts import part


class KneserNey(LanguageModel):
    """Interpolated modified Kneser-Ney smoothing: discounts, and counts of different words.

    A discount D is subtracted from each count ĉ and given to the shorter history h':

        P(w | h) = (ĉ(h w) − D(ĉ(h w)) + Σ_v D(ĉ(h v)) · P(w | h')) / ĉ(h ·),
        P(w | h) = P(w | h') if ĉ(h ·) = 0;  the last step is 1/V

    The longest n-grams have ĉ = c. For shorter ones, ĉ is the number of different words that were
    seen before them: "Francisco" is frequent, but only after "San". If no word comes before an
    n-gram, because it starts the text or a sentence, ĉ = c.

    Args:
        vocabulary_size: V.
        order: n.
        end: id of the end of a sentence, or None.

    Attributes:
        counted: your `NgramLM`, with the tables `keys` and `counts` and the methods `ngrams`,
            `_number`, `_follow` and `_sum` of the exercise `ngram`.
        discounts: D(1), D(2) and D(3) for n = 1 ... order, `(order, 3)`; D(3) is for counts ≥ 3.
    """

    discounts: Array

    def __init__(self, vocabulary_size: int, order: int, *, end: int | None = None) -> None:
        super().__init__()
        self.order = order
        self.counted: Any = part("ngram_lm")(vocabulary_size, order, end=end)
        self.counted.estimate = self.estimate  # its loop over n asks for our estimates

    def fit(self, tokens: Array) -> None:
        """Count n-grams and compute ĉ and the discounts.

        Args:
            tokens: ids, `(T + 1,)` integers.

        Raises:
            IndexError: an id is outside 0 ... V−1.
            ValueError: there are fewer than two tokens.
        """
        # TODO: count; for every n: ĉ, its discounts, ĉ minus the discounts, sums over w
        raise NotImplementedError

    def estimate(self, n: int, h: Array, words: Array, shorter: Array) -> Array:
        """Return P(w | h) from n-grams: `NgramLM.probability` calls this for n = 1, 2, ...

        Args:
            n: the length of h w.
            h: number of each history, −1 if it was never seen.
            words: ids.
            shorter: P(w | h without its first word); 1/V for n = 1.
        """
        # TODO: your code here
        raise NotImplementedError

    def _continuations(self, n: int) -> Array:
        """Return ĉ of all n-grams: the number of different words before each, `(K_n,)`."""
        # TODO: each different (n+1)-gram has one word before the n-gram at its end
        raise NotImplementedError

    def count(self, ngrams: Array) -> Array:
        """Given: return the count c of each n-gram, `(...)` for `(..., n)` ids."""
        return self.counted.count(ngrams)

    def probability(self, history: Array, words: Array) -> Array:
        """Given: return P(w | h) of each word after its history, as `NgramLM` does."""
        return self.counted.probability(history, words)

    def log_probabilities(self, tokens: Array) -> Array:
        """Given: return log P of each token but the first, given those before it."""
        return self.counted.log_probabilities(tokens)

    def initial_state(self, batch_size: int) -> Array:
        """Given: return the history at the start of a text."""
        return self.counted.initial_state(batch_size)

    def forward(self, tokens: Array, state: Array | None = None) -> Array:
        """Given: return log P of every word after each token; keep the last history in `state`."""
        log_p = self.counted.forward(tokens, state)
        self.state = self.counted.state
        return log_p

    def next_log_probabilities(self, tokens: Array, state: Array) -> tuple[Array, Array]:
        """Given: read one token of each text and return log P of the next token."""
        return self.counted.next_log_probabilities(tokens, state)


def kneser_ney_discounts(counts: Array) -> Array:
    """Return the discounts of Chen & Goodman for counts of 1, of 2, and of 3 or more: `(3,)`.

        D(i) = i − (i + 1) Y n_{i+1} / n_i,      Y = n_1 / (n_1 + 2 n_2)

    n_i is the number of n-grams with the count i. If one of n_1 ... n_4 is 0 or a D is negative, as
    in small texts, the discounts are 0.5, 1 and 1.5.

    Args:
        counts: of all n-grams of one length, `(K,)` integers ≥ 0.
    """
    # TODO: your code here
    raise NotImplementedError
