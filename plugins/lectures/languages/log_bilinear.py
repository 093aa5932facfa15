"""Texts in which the product of two known vectors says how often two words are neighbours."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array

#: The number of places on each of two circles.
PLACES = (6, 5)
#: P(word | place): two words share each place, and the second one is rarer.
SHARES = (0.75, 0.25)
#: The largest part of x_w · x_c that a circle contributes.
STRENGTH = 1.5


class LogBilinear:
    """A language with P(next word c | word w) = p_c exp(x_w · x_c) / Z, for known vectors x.

    A word has a place on each of two circles. Its vector is √κ (cos θ, sin θ, cos φ, sin φ), with
    the angles θ and φ of its places and κ = `STRENGTH`. Only differences of angles matter, so that
    Z is the same for all words and p_w is the frequency of w. The pointwise mutual information of
    neighbours is then x_w · x_c plus a constant, and the vectors span its first singular vectors
    after the constant one. Clipping at 0 and larger windows keep that: the matrix still depends on
    the differences alone.

    Args:
        rng: draws the ids of the words, and the texts.

    Attributes:
        vocabulary_size: V = 60.
        vectors: x `(V, 4)`: row w is the vector of the id w.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng, (a, b), R = rng, PLACES, len(SHARES)
        self.vocabulary_size = a * b * R
        self._ids = rng.permutation(self.vocabulary_size).reshape(a, b, R)
        theta, phi = 2 * np.pi * np.arange(a) / a, 2 * np.pi * np.arange(b) / b
        self.vectors = np.empty((self.vocabulary_size, 4))
        circles = np.broadcast_arrays(theta[:, None, None], phi[:, None], np.zeros((a, b, R)))[:2]
        directions = [f(angles) for angles in circles for f in (np.cos, np.sin)]
        self.vectors[self._ids] = STRENGTH**0.5 * np.stack(directions, axis=-1)

    def sample(self, length: int) -> Array:
        """Return the ids of a text, `(length,)`."""
        places = [
            self._rng.choice(size, p=_turns(size), size=length).cumsum() % size for size in PLACES
        ]
        words = self._rng.choice(len(SHARES), p=SHARES, size=length)
        text: Array = self._ids[(*places, words)]
        return text

    def entropy_rate(self) -> float:
        """Return the entropy of the next word in nats; its exp is the best possible perplexity."""
        distributions = (*map(_turns, PLACES), np.array(SHARES))
        return float(-sum((p * np.log(p)).sum() for p in distributions))

    def angle(self, vectors: Array) -> float:
        """Return the largest principal angle between the true vectors and others, in degrees.

        0 means that the columns of `vectors` span those of the true vectors; independent columns
        are near 90 degrees.

        Args:
            vectors: `(V, k)`, k ≥ 4: row w is the vector of the id w.
        """
        true, _ = np.linalg.qr(self.vectors)
        other, _ = np.linalg.qr(vectors)
        cosines = np.linalg.svd(true.T @ other, compute_uv=False)
        return float(np.degrees(np.arccos(np.clip(cosines.min(), 0.0, 1.0))))


def _turns(size: int) -> Array:
    """Return P(the next place is n steps further) on a circle, `(size,)`."""
    weights = np.exp(STRENGTH * np.cos(2 * np.pi * np.arange(size) / size))
    shares: Array = weights / weights.sum()
    return shares
