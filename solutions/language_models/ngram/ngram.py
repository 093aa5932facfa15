"""N-gram language models: predict the next word from counts (CS224n lecture 6, 1.5 to 1.10)."""

from __future__ import annotations

from collections import Counter

from framework.interfaces import Array
from framework.models.count_models import CountModel


class NgramLM(CountModel):
    """An n-gram model: P(w | h) is a ratio of two counts.

    `CountModel` is given: it reads texts, and has the methods with arrays. See the README.

    Args:
        vocabulary_size, order: V, and n, the length of the longest n-grams.
        end: id of the end of a sentence, or None.

    Attributes:
        counts: n-gram, a tuple of 1 ... n ids -> c(h w). A `Counter`: missing keys count 0.
        totals: history h, a tuple of 0 ... n − 1 ids -> c(h ·). Another `Counter`.

    Raises: ValueError if `vocabulary_size` or `order` is below 1, or `end` is not the id of a word.
    """

    def fit(self, tokens: Array) -> None:
        """Count the n-grams of a text in `counts` and `totals`. Earlier counts are replaced.

        Raises:
            IndexError: an id of `tokens`, `(T + 1,)` integers, is outside 0 ... V−1.
            ValueError: there are fewer than two tokens.
        """
        # BEGIN SOLUTION: self.read(tokens) yields pairs (h, w): count h w, then h[1:] w, ..., w
        self.counts, self.totals = Counter(), Counter()
        for h, w in self.read(tokens):
            for first in range(len(h) + 1):
                shorter = h[first:]
                self.counts[(*shorter, w)] += 1
                self.totals[shorter] += 1
        # END SOLUTION

    def estimate(self, h: tuple[int, ...], w: int) -> float:
        """Return P(w | h) for the last 0 ... n − 1 ids h and a word w; 0 if h was never seen."""
        # BEGIN SOLUTION
        total = self.totals[h]
        return self.counts[(*h, w)] / total if total else 0.0
        # END SOLUTION


class AddDelta(NgramLM):
    """Add-δ smoothing: every n-gram count is increased by δ, so that no probability is 0.

    Raises: ValueError if δ, `delta`, is not positive.
    """

    def __init__(
        self, vocabulary_size: int, order: int, delta: float, *, end: int | None = None
    ) -> None:
        super().__init__(vocabulary_size, order, end=end)
        if not delta > 0:
            raise ValueError(f"delta must be positive, not {delta}")
        self.delta = delta

    def estimate(self, h: tuple[int, ...], w: int) -> float:
        """Return P(w | h) with δ added to the count of every word: see `NgramLM.estimate`."""
        # BEGIN SOLUTION
        total = self.totals[h] + self.delta * self.vocabulary_size
        return (self.counts[(*h, w)] + self.delta) / total
        # END SOLUTION


class Backoff(NgramLM):
    """Backoff to a shorter history h', which is h without its first word.

    Args:
        method: "stupid" (Brants et al. 2007) or "interpolated" (Witten & Bell 1991).
        alpha: α, for "stupid" only.

    Attribute `types`: history h -> t(h), how many different words followed it. A `Counter`.
    Raises: ValueError if there is no such method.
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
        # BEGIN SOLUTION: every n-gram h w is once in self.counts
        self.types = Counter(g[:-1] for g in self.counts)
        # END SOLUTION

    def estimate(self, h: tuple[int, ...], w: int) -> float:
        """Return P(w | h), or S(w | h) if the method is "stupid": see `NgramLM.estimate`."""
        if self.method == "stupid":
            return self._stupid(h, w)
        return self._interpolated(h, w)

    def _stupid(self, h: tuple[int, ...], w: int) -> float:
        """Return S(w | h); for the empty history c(w) / c(·)."""
        # BEGIN SOLUTION
        c = self.counts[(*h, w)]
        if c > 0:
            return c / self.totals[h]
        return self.alpha * self._stupid(h[1:], w) if h else 0.0
        # END SOLUTION

    def _interpolated(self, h: tuple[int, ...], w: int) -> float:
        """Return the mixture of the counts after h and of P(w | h'); 1/V is below the empty h."""
        # BEGIN SOLUTION
        shorter = self._interpolated(h[1:], w) if h else 1 / self.vocabulary_size
        total, t = self.totals[h], self.types[h]
        return (self.counts[(*h, w)] + t * shorter) / (total + t) if total else shorter
        # END SOLUTION
