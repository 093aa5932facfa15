"""Positions of words: sinusoids, learned vectors, and rotations.

The angles are computed in NumPy, in float64: a position may be large.

Source: Vaswani et al., "Attention Is All You Need" (2017), section 3.5; Su et al., "RoFormer:
Enhanced Transformer with Rotary Position Embedding" (2021), section 3.4.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from framework.arrays import current_arrays
from framework.interfaces import Array
from framework.models.differentiated import DifferentiatedModel


def angles(positions: Any, d: int) -> Any:
    """Return t · 10000^(−2i/d) for the positions t `(T,)`, `(T, d/2)`.

    Raises:
        ValueError: `d` is odd or below 2.
    """
    arrays = current_arrays()
    return arrays.from_numpy(_angles(arrays.to_numpy(arrays.asarray(positions)), d))


def sinusoidal(length: int, d: int) -> Any:
    """Return the sines and cosines of the angles in turn, `(length, d)`.

    Raises:
        ValueError: `d` is odd or below 2.
    """
    a = _angles(np.arange(length), d)
    table = np.stack([np.sin(a), np.cos(a)], axis=-1).reshape(length, d)
    return current_arrays().from_numpy(table)


class _Positions(DifferentiatedModel):
    """The base of both layers: words `(..., T, d)` from the position `start` on."""

    def __init__(self, d: int) -> None:
        super().__init__()
        self.d = d

    def forward(self, *inputs: Any) -> Any:
        """Return the words with their positions, in their shape.

        Args:
            inputs: x and, optionally, the position of its first word.

        Raises:
            ValueError: x is not `(..., T, d)`, or a position is out of range.
        """
        x, start = (*inputs, 0)[:2]
        x = self._arrays.asarray(x)
        if x.ndim < 2 or x.shape[-1] != self.d:
            raise ValueError(f"x should be (..., T, {self.d}), but is {tuple(x.shape)}")
        if start < 0:
            raise ValueError(f"start should be at least 0, but is {start}")
        self._place(x, int(start))
        return super().forward(x)

    def _place(self, x: Any, start: int) -> None:
        """Keep what `compute` needs for the words of `x`."""
        raise NotImplementedError


class LearnedPositions(_Positions):
    """x + P, with the rows of P for the positions of the words."""

    def __init__(self, length: int, d: int, *, rng: np.random.Generator) -> None:
        super().__init__(d)
        self.length = length
        self.add_parameter("P", rng.normal(scale=0.02, size=(length, d)))

    def _place(self, x: Any, start: int) -> None:
        end = start + x.shape[-2]
        if end > self.length:
            raise ValueError(
                f"the last word has the position {end - 1}, but {self.length} have a vector"
            )
        self._used = slice(start, end)

    def compute(self, p: Mapping[str, Any], x: Any) -> Any:
        """Return the sum."""
        return x + p["P"][self._used]


class Rotary(_Positions):
    """Each pair of features 2i and 2i + 1, rotated by its angle."""

    def __init__(self, d: int) -> None:
        super().__init__(d)
        _check_even(d)
        self._kept: tuple[Any, ...] = ()

    def _place(self, x: Any, start: int) -> None:
        key = (start, x.shape[-2], x.dtype)
        if self._kept != key:
            a = _angles(np.arange(start, start + x.shape[-2]), self.d)
            self._cos, self._sin = (
                self._arrays.astype(self._arrays.from_numpy(part), x.dtype)
                for part in (np.cos(a), np.sin(a))
            )
            self._kept = key

    def compute(self, p: Mapping[str, Any], x: Any) -> Any:
        """Return the rotated pairs."""
        first, second, cos, sin = x[..., 0::2], x[..., 1::2], self._cos, self._sin
        pairs = (first * cos - second * sin, first * sin + second * cos)
        return self._arrays.namespace.stack(pairs, -1).reshape(x.shape)


def _angles(positions: Array, d: int) -> Array:
    """Return the angles `(T, d/2)` in float64."""
    _check_even(d)
    return positions[:, None] * 10000.0 ** (-np.arange(0, d, 2) / d)


def _check_even(d: int) -> None:
    """Refuse a number of features that does not consist of pairs."""
    if d < 2 or d % 2:
        raise ValueError(f"d should be even and at least 2, but is {d}")
