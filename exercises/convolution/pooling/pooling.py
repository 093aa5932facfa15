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
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of x `(N, T, C)` for `grad_output: (N, C)`."""
        # TODO: your code here
        raise NotImplementedError


class AverageOverTime(Model):
    """The mean of each channel over the words of a text: how often was the feature there?"""

    def forward(self, x: Array, mask: Array | None = None) -> Array:
        """Return the mean of each channel, `(N, C)`, 0 without words; see `MaxOverTime.forward`."""
        words = _words(x, mask)
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of x `(N, T, C)` for `grad_output: (N, C)`."""
        # TODO: your code here
        raise NotImplementedError


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
        # TODO: your code here
        raise NotImplementedError

    def forward(self, x: Array, mask: Array | None = None) -> Array:
        """Return the maximum of each window, `(N, T', C)`, 0 without words; see `MaxOverTime`."""
        words = _words(x, mask)
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of x `(N, T, C)` for `grad_output: (N, T', C)`."""
        # TODO: your code here
        raise NotImplementedError

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
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of x `(N, T, C)` for `grad_output: (N, k, C)`."""
        # TODO: your code here
        raise NotImplementedError


def _words(x: Array, mask: Array | None) -> Array:
    """Given: return where there are words, `(N, T, 1)` booleans; other shapes are a ValueError."""
    if x.ndim != 3 or x.shape[1] == 0:
        raise ValueError(f"x should have shape (N, T, C) with T ≥ 1, but has {x.shape}")
    if mask is None:
        return np.ones((*x.shape[:2], 1), bool)
    if mask.shape != x.shape[:2]:
        raise ValueError(f"mask should have shape {x.shape[:2]}, but has {mask.shape}")
    return mask.astype(bool)[:, :, None]
