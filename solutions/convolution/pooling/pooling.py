"""Pooling over time: CS224n lecture 11, 1.6, 1.9, 1.10 and 2.3; Collobert et al. (2011).

In all layers, the first of several equal maxima wins.
"""

from __future__ import annotations

from functools import reduce

import numpy as np

from framework.interfaces import Array, Model


class MaxOverTime(Model):
    """The maximum of each channel over the words: was the feature anywhere in the text?"""

    def forward(self, x: Array, mask: Array | None = None) -> Array:
        """Return the maximum of each channel, `(N, C)`; 0 for a text without words.

        Args:
            x: `(N, T, C)`, finite numbers, T ≥ 1.
            mask: `(N, T)`, False at padding, which never wins; None: words everywhere.

        Raises: ValueError if `x` is not `(N, T, C)` with T ≥ 1, or `mask` is not `(N, T)`.
        """
        words = _words(x, mask)
        # BEGIN SOLUTION
        candidates = np.where(words, x, -np.inf)
        self._words, self._winners = words, candidates.argmax(axis=1)[:, None]
        y = np.take_along_axis(candidates, self._winners, axis=1)[:, 0]
        return np.where(words.any(axis=1), y, 0)
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of x `(N, T, C)` for `grad_output: (N, C)`."""
        # BEGIN SOLUTION
        # ∂ĉ/∂c_t is 1 at the winner and 0 elsewhere.
        N, T, _ = self._words.shape
        grad_x = np.zeros((N, T, grad_output.shape[1]), grad_output.dtype)
        np.put_along_axis(grad_x, self._winners, grad_output[:, None], axis=1)
        return grad_x * self._words  # a text without words has no winner
        # END SOLUTION


class AverageOverTime(Model):
    """The mean of each channel over the words of a text: how often was the feature there?"""

    def forward(self, x: Array, mask: Array | None = None) -> Array:
        """Return the mean of each channel, `(N, C)`, 0 without words; see `MaxOverTime.forward`."""
        words = _words(x, mask)
        # BEGIN SOLUTION
        n = np.maximum(words.sum(axis=1, keepdims=True), 1)  # (N, 1, 1); without words 0/1
        self._shares = (words / n).astype(x.dtype)  # 1/n at a word, 0 at padding
        return (x * self._shares).sum(axis=1)
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of x `(N, T, C)` for `grad_output: (N, C)`."""
        # BEGIN SOLUTION
        return grad_output[:, None] * self._shares  # ∂c̄/∂c_t = 1/n
        # END SOLUTION


class LocalMaxPool(Model):
    """The maximum of each window of `size` steps: a shorter text with the same channels.

    Args:
        size: number of steps in a window.
        stride: number of steps from one window to the next.

    Raises: ValueError unless 1 ≤ `stride` ≤ `size`; a larger stride would leave steps out.
    """

    def __init__(self, size: int, stride: int) -> None:
        super().__init__()
        if not 1 <= stride <= size:
            raise ValueError(f"1 ≤ stride ≤ size, but got stride={stride} and size={size}")
        self.size, self.stride = size, stride

    def output_length(self, length: int) -> int:
        """Return T', the number of windows of a text of `length` steps."""
        # BEGIN SOLUTION
        beyond_the_first = max(length - self.size, 0)
        return -(-beyond_the_first // self.stride) + 1  # −⌊−a/b⌋ = ⌈a/b⌉
        # END SOLUTION

    def forward(self, x: Array, mask: Array | None = None) -> Array:
        """Return the maximum of each window, `(N, T', C)`, 0 without words; see `MaxOverTime`."""
        words = _words(x, mask)
        # BEGIN SOLUTION
        N, T, C = x.shape
        steps = self.output_length(T)
        self._candidates = np.full((N, (steps - 1) * self.stride + self.size, C), -np.inf, x.dtype)
        self._candidates[:, :T] = np.where(words, x, -np.inf)
        self._highest, self._length = reduce(np.maximum, self._places(self._candidates)), T
        return np.where(np.isneginf(self._highest), 0, self._highest)
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of x `(N, T, C)` for `grad_output: (N, T', C)`."""
        # BEGIN SOLUTION
        grad_x = np.zeros(self._candidates.shape, grad_output.dtype)
        open_ = ~np.isneginf(self._highest)  # windows with words and without a winner so far
        for step, grad in zip(self._places(self._candidates), self._places(grad_x), strict=True):
            won = open_ & (step == self._highest)
            grad += won * grad_output
            open_ &= ~won
        return grad_x[:, : self._length]
        # END SOLUTION

    def _places(self, padded: Array) -> list[Array]:
        """Given: return views `(N, T', C)` of the first, second, ... steps of all windows.

        The windows reach exactly to the end of `padded: (N, (T' − 1)·stride + size, C)`.
        """
        end = padded.shape[1] - self.size + 1
        return [padded[:, k : k + end : self.stride] for k in range(self.size)]


class KMaxPool(Model):
    """The k largest numbers of each channel, in the order of the text.

    Raises: ValueError if `k` is not positive.
    """

    def __init__(self, k: int) -> None:
        super().__init__()
        if k < 1:
            raise ValueError(f"k is at least 1, but got {k}")
        self.k = k

    def forward(self, x: Array, mask: Array | None = None) -> Array:
        """Return the k largest numbers `(N, k, C)`, zeros after fewer words; see `MaxOverTime`."""
        words = _words(x, mask)
        # BEGIN SOLUTION
        N, T, C = x.shape
        candidates = np.full((N, T + self.k, C), -np.inf, x.dtype)  # k more places, for short texts
        candidates[:, :T] = np.where(words, x, -np.inf)
        best = np.argsort(-candidates, axis=1, kind="stable")[:, : self.k]  # the largest first
        nothing = np.isneginf(np.take_along_axis(candidates, best, axis=1))
        self._places, self._length = np.sort(np.where(nothing, T, best), axis=1), T
        y = np.take_along_axis(candidates, self._places, axis=1)
        return np.where(np.isneginf(y), 0, y)
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of x `(N, T, C)` for `grad_output: (N, k, C)`."""
        # BEGIN SOLUTION
        N, _, C = grad_output.shape
        grad_x = np.zeros((N, self._length + 1, C), grad_output.dtype)  # place T: behind the text
        np.put_along_axis(grad_x, self._places, grad_output, axis=1)
        return grad_x[:, : self._length]
        # END SOLUTION


def _words(x: Array, mask: Array | None) -> Array:
    """Given: return where there are words, `(N, T, 1)` booleans; other shapes are a ValueError."""
    if x.ndim != 3 or x.shape[1] == 0:
        raise ValueError(f"x should have shape (N, T, C) with T ≥ 1, but has {x.shape}")
    if mask is None:
        return np.ones((*x.shape[:2], 1), bool)
    if mask.shape != x.shape[:2]:
        raise ValueError(f"mask should have shape {x.shape[:2]}, but has {mask.shape}")
    return mask.astype(bool)[:, :, None]
