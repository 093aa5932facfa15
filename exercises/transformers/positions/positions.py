"""Positions of words: sinusoids (Vaswani et al. 2017), learned vectors, rotations (Su et al. 2021).

In all formulas t = 0, 1, 2, ... is the position of a word, and pair i consists of the features
2i and 2i + 1. The angle of pair i at position t is t · 10000^(−2i/d).
"""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model


def angles(positions: Array, d: int) -> Array:
    """Return the angle of each pair of features at each position, `(T, d/2)` floats.

    Args:
        positions: `(T,)` integers ≥ 0. Not modified.
        d: number of features, even.

    Raises:
        ValueError: d is odd or below 2.
    """
    _check_even(d)
    # TODO: your code here
    raise NotImplementedError


def sinusoidal(length: int, d: int) -> Array:
    """Return the vectors of the positions 0 to length − 1, `(length, d)` floats.

    Features 2i and 2i + 1 are the sine and the cosine of the angle of pair i.

    Raises:
        ValueError: d is odd or below 2.
    """
    # TODO: sines and cosines take turns
    raise NotImplementedError


class LearnedPositions(Model):
    """Adds a learned vector of its position to each word.

    Args:
        length: number of positions that have a vector, ≥ 1.
        d: number of features.
        rng: draws the vectors.

    Parameters: P `(length, d)`, normal with standard deviation 0.02.
    """

    def __init__(self, length: int, d: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        self.length, self.d = length, d
        self.add_parameter("P", rng.normal(scale=0.02, size=(length, d)))

    def forward(self, x: Array, start: int = 0) -> Array:
        """Return x + P, with the rows of P for the positions start, start + 1, ...

        Args:
            x: `(..., T, d)`. Not modified.
            start: position of the first word, ≥ 0.

        Raises:
            ValueError: the last axis is not d, `start` is negative, or start + T > length.
        """
        _check_words(x, self.d, start)
        _check_end(start + x.shape[-2], self.length)
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Add the gradient of P; return that of x. `grad_output` is not modified."""
        # TODO: all texts use the same rows of P
        raise NotImplementedError


class Rotary(Model):
    """Rotates every pair of features by its angle, which grows with the position.

    Used on queries and keys, not on values. It has no parameters.

    Args:
        d: number of features, even.

    Raises:
        ValueError: d is odd or below 2.
    """

    def __init__(self, d: int) -> None:
        super().__init__()
        _check_even(d)
        self.d = d

    def forward(self, x: Array, start: int = 0) -> Array:
        """Return x with its pairs rotated, in the shape and dtype of `x`.

        Args:
            x: `(..., T, d)`; other axes hold texts, heads, or queries and keys. Not modified.
            start: position of the first word, ≥ 0.

        Raises:
            ValueError: the last axis is not d, or `start` is negative.
        """
        _check_words(x, self.d, start)
        # TODO: keep the cosines and sines of the angles
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of x. `grad_output` is not modified."""
        # TODO: the transpose of a rotation is the rotation back
        raise NotImplementedError


def _rotated(x: Array, cos: Array, sin: Array) -> Array:
    """Return `x` with each pair rotated by the angle that has these cosines and sines.

    Args:
        x: `(..., T, d)`.
        cos, sin: `(T, d/2)`.

    A positive angle turns the first feature of a pair towards the second one.
    """
    # TODO: your code here
    raise NotImplementedError


def _check_even(d: int) -> None:
    """Given: refuse a number of features that does not consist of pairs.

    Raises:
        ValueError: d is odd or below 2.
    """
    if d < 2 or d % 2:
        raise ValueError(f"d should be even and at least 2, but is {d}")


def _check_words(x: Array, d: int, start: int) -> None:
    """Given: refuse words of another size, and a position below 0.

    Raises:
        ValueError: `x` is not `(..., T, d)`, or `start` is negative.
    """
    if x.ndim < 2 or x.shape[-1] != d:
        raise ValueError(f"x should be (..., T, {d}), but is {x.shape}")
    if start < 0:
        raise ValueError(f"start should be at least 0, but is {start}")


def _check_end(end: int, length: int) -> None:
    """Given: refuse words behind the last position that has a vector.

    Raises:
        ValueError: `end` is above `length`.
    """
    if end > length:
        raise ValueError(f"the last word has the position {end - 1}, but {length} have a vector")
