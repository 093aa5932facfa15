"""Convolution over text: CS224n lecture 11, 1.2 to 1.11 and 3.7; Kim (2014), equation 2."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from framework.interfaces import Array, Model


class Conv1d(Model):
    """C filters over every window of `width` words of a text, as a cross-correlation.

    Args:
        in_channels, out_channels: D, the number of features of one word, and C, that of filters.
        width: number of words that a filter reads.
        padding: number of zero vectors before the text, and the same number after it.
        stride: number of words from the beginning of a window to that of the next one.
        dilation: distance between neighbouring words of a window; 1: no gaps.

    Parameters: W `(width, D, C)`, whose W[k] multiplies the k-th word of a window, and b `(C,)`.
    Attribute `span`: the number of places from the first to the last word of a window.
    Raises: ValueError if `width`, `stride` or `dilation` is not positive, or `padding` is negative.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        width: int,
        *,
        padding: int = 0,
        stride: int = 1,
        dilation: int = 1,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        if min(width, stride, dilation) < 1 or padding < 0:
            got = f"width={width}, stride={stride}, dilation={dilation}, padding={padding}"
            raise ValueError(f"width, stride, dilation are ≥ 1 and padding ≥ 0, but got {got}")
        D, C = in_channels, out_channels
        self.in_channels, self.width = D, width
        self.padding, self.stride, self.dilation = padding, stride, dilation
        self.span = (width - 1) * dilation + 1
        self.add_parameter("W", rng.normal(scale=(width * D) ** -0.5, size=(width, D, C)))
        self.add_parameter("b", np.zeros(C))

    def output_length(self, length: int) -> int:
        """Return T', the number of windows of a text of `length` words and its padding.

        Raises: ValueError if no window fits.
        """
        # TODO: how many times can the first window move on?
        raise NotImplementedError

    def forward(self, x: Array) -> Array:
        """Return y `(N, T', C)` for the texts `x: (N, T, D)`, with T' = `output_length(T)`.

        Raises: ValueError if `x` is not `(N, T, D)`, or too short for one window.
        """
        _check_shape(x, self.in_channels)
        # TODO: put the words of each window into one row; multiply; keep the rows
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Add the gradients of W and b; return that of x `(N, T, D)`, without the padding."""
        # TODO: two products, then the sum over the windows of each word
        raise NotImplementedError


class PointwiseConv(Model):
    """A 1×1 convolution: the same affine layer for the channels of each word.

    Parameters: W `(D, C)`, b `(C,)`, with D = `in_channels` and C = `out_channels`.
    """

    def __init__(self, in_channels: int, out_channels: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        D, C = in_channels, out_channels
        self.in_channels = D
        self.add_parameter("W", rng.normal(scale=D**-0.5, size=(D, C)))
        self.add_parameter("b", np.zeros(C))

    def forward(self, x: Array) -> Array:
        """Return y `(N, T, C)` for the texts `x: (N, T, D)`.

        Raises: ValueError if `x` is not `(N, T, D)`.
        """
        _check_shape(x, self.in_channels)
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Add the gradients of W and b; return that of x `(N, T, D)`."""
        # TODO: your code here
        raise NotImplementedError


def receptive_field(layers: Sequence[tuple[int, int, int]]) -> int:
    """Return R, the number of words from the first to the last that one output depends on.

    Args:
        layers: the width, the stride and the dilation of each convolution, from the lowest to the
            highest. Without layers R is 1.

    Raises: ValueError if a width, a stride or a dilation is less than 1.
    """
    # TODO: each layer adds its span - 1, times the step of the layer below it in words
    raise NotImplementedError


def _check_shape(x: Array, channels: int) -> None:
    """Given: raise an error if `x` is no batch of texts with that number of channels."""
    if x.ndim != 3 or x.shape[2] != channels:
        raise ValueError(f"x should have shape (N, T, {channels}), but has {x.shape}")
