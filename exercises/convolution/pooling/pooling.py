"""Pooling over time: maxima and averages of the feature maps of a convolution.

Source: CS224n lecture 11, sections 1.6, 1.9, 1.10 and 2.3; Collobert et al., "Natural Language
Processing (Almost) from Scratch" (2011), for the maximum over time; Kalchbrenner et al., "A
Convolutional Neural Network for Modelling Sentences" (2014), for k-max pooling.

In all layers, the first of several equal maxima wins.
"""

from __future__ import annotations

from functools import reduce

import numpy as np

from framework.interfaces import Array, Model


class MaxOverTime(Model):
    """ĉ = max_t c_t for each channel: was the feature anywhere in the text?"""

    def forward(self, x: Array, mask: Array | None = None) -> Array:
        """Return the maximum of each channel.

        Args:
            x: `(N, T, C)`, finite numbers, T ≥ 1.
            mask: `(N, T)`, False at padding, which never wins; None: words everywhere.

        Returns:
            y `(N, C)`; 0 for a text without words.

        Raises:
            ValueError: `x` is not `(N, T, C)` with T ≥ 1, or `mask` is not `(N, T)`.
        """
        words = _words(x, mask)
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Send the whole gradient of each channel to its winner; all other steps get 0.

        Args:
            grad_output: `(N, C)`. Not modified.

        Returns:
            grad_x `(N, T, C)`.
        """
        # TODO: your code here
        raise NotImplementedError


class AverageOverTime(Model):
    """The mean of each channel over the words of a text: how often was the feature there?"""

    def forward(self, x: Array, mask: Array | None = None) -> Array:
        """Return Σ_t c_t / n over the n words of each text.

        Args:
            x: `(N, T, C)`, finite numbers, T ≥ 1.
            mask: `(N, T)`, False at padding, which does not count; None: words everywhere.

        Returns:
            y `(N, C)`; 0 for a text without words.

        Raises:
            ValueError: `x` is not `(N, T, C)` with T ≥ 1, or `mask` is not `(N, T)`.
        """
        words = _words(x, mask)
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Send 1/n of the gradient to each of the n words of a text; padding gets 0.

        Args:
            grad_output: `(N, C)`. Not modified.

        Returns:
            grad_x `(N, T, C)`.
        """
        # TODO: your code here
        raise NotImplementedError


class LocalMaxPool(Model):
    """The maximum of each window of `size` steps: a shorter text with the same channels.

    Windows begin at the steps 0, stride, 2·stride, ... until one reaches the end of the text.
    Places of the last window beyond the text are padding.

    Args:
        size: number of steps in a window.
        stride: number of steps from one window to the next.

    Raises:
        ValueError: not 1 ≤ `stride` ≤ `size`; a larger stride would leave steps out.
    """

    def __init__(self, size: int, stride: int) -> None:
        super().__init__()
        if not 1 <= stride <= size:
            raise ValueError(f"1 ≤ stride ≤ size, but got stride={stride} and size={size}")
        self.size, self.stride = size, stride

    def output_length(self, length: int) -> int:
        """Return T', the number of windows: ⌈(T − size) / stride⌉ + 1 for T ≥ size, else 1.

        Args:
            length: T.
        """
        # TODO: your code here
        raise NotImplementedError

    def forward(self, x: Array, mask: Array | None = None) -> Array:
        """Return the maximum of each channel in each window.

        Args:
            x: `(N, T, C)`, finite numbers, T ≥ 1.
            mask: `(N, T)`, False at padding, which never wins; None: words everywhere.

        Returns:
            y `(N, T', C)`, with T' = `output_length(T)`; 0 in a window without words.

        Raises:
            ValueError: `x` is not `(N, T, C)` with T ≥ 1, or `mask` is not `(N, T)`.
        """
        words = _words(x, mask)
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Send the gradient of each window to its winner; a step adds those of all its windows.

        Args:
            grad_output: `(N, T', C)`. Not modified.

        Returns:
            grad_x `(N, T, C)`.
        """
        # TODO: your code here
        raise NotImplementedError

    def _places(self, padded: Array) -> list[Array]:
        """Given: return the first, second, ... steps of all windows: `size` views `(N, T', C)`.

        Args:
            padded: `(N, (T' − 1)·stride + size, C)`, exactly long enough for all windows.
        """
        end = padded.shape[1] - self.size + 1
        return [padded[:, k : k + end : self.stride] for k in range(self.size)]


class KMaxPool(Model):
    """The k largest numbers of each channel, in the order of the text.

    Args:
        k: the number of values to keep.

    Raises:
        ValueError: `k` is not positive.
    """

    def __init__(self, k: int) -> None:
        super().__init__()
        if k < 1:
            raise ValueError(f"k is at least 1, but got {k}")
        self.k = k

    def forward(self, x: Array, mask: Array | None = None) -> Array:
        """Return the k largest numbers of each channel; of equal numbers, the earlier ones.

        Args:
            x: `(N, T, C)`, finite numbers, T ≥ 1.
            mask: `(N, T)`, False at padding, which never wins; None: words everywhere.

        Returns:
            y `(N, k, C)`; a text with fewer than k words has zeros after them.

        Raises:
            ValueError: `x` is not `(N, T, C)` with T ≥ 1, or `mask` is not `(N, T)`.
        """
        words = _words(x, mask)
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Send the gradient of each place of y to its winner; all other steps get 0.

        Args:
            grad_output: `(N, k, C)`. Not modified.

        Returns:
            grad_x `(N, T, C)`.
        """
        # TODO: your code here
        raise NotImplementedError


def _words(x: Array, mask: Array | None) -> Array:
    """Given: return where there are words, `(N, T, 1)` booleans.

    Raises:
        ValueError: `x` is not `(N, T, C)` with T ≥ 1, or `mask` is not `(N, T)`.
    """
    if x.ndim != 3 or x.shape[1] == 0:
        raise ValueError(f"x should have shape (N, T, C) with T ≥ 1, but has {x.shape}")
    if mask is None:
        return np.ones((*x.shape[:2], 1), bool)
    if mask.shape != x.shape[:2]:
        raise ValueError(f"mask should have shape {x.shape[:2]}, but has {mask.shape}")
    return mask.astype(bool)[:, :, None]
