"""Pooling over time on torch tensors; of equal numbers the first is taken.

Source: CS224n lecture 11, sections 1.6, 1.9, 1.10 and 2.3; Collobert et al., "Natural Language
Processing (Almost) from Scratch" (2011), for the maximum over time; Kalchbrenner et al., "A
Convolutional Neural Network for Modelling Sentences" (2014), for k-max pooling.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from framework.models.differentiated import DifferentiatedModel
from plugins.torch_backend.arrays import to_tensor

_LEAST = -torch.inf


class _Pool(DifferentiatedModel):
    """The base of all poolings: texts `(N, T, C)`, with a mask `(N, T)` that is False at
    padding."""

    def forward(self, x: Tensor, mask: Any = None) -> Tensor:
        """Return the pooled text; 0 where there are no words.

        Raises:
            ValueError: `x` is not `(N, T, C)` with T ≥ 1, or `mask` is not `(N, T)`.
        """
        x = to_tensor(x)
        shape = tuple(x.shape)
        if x.ndim != 3 or x.shape[1] == 0:
            raise ValueError(f"x should have shape (N, T, C) with T ≥ 1, but has {shape}")
        self._padding = None if mask is None else ~to_tensor(mask).bool()[:, :, None]
        if self._padding is not None and self._padding.shape[:2] != x.shape[:2]:
            got = tuple(self._padding.shape[:2])
            raise ValueError(f"mask should have shape {shape[:2]}, but has {got}")
        return torch.as_tensor(super().forward(x))

    def _candidates(self, x: Tensor) -> Tensor:
        """Return `x` with −∞ at the padding."""
        return x if self._padding is None else x.masked_fill(self._padding, _LEAST)

    def _pooled(self, y: Tensor) -> Tensor:
        """Return `x` with 0 where a window contains only padding; without a mask there is none."""
        return y if self._padding is None else _without_words(y)


class MaxOverTime(_Pool):
    """The greatest number of each channel, `(N, C)`."""

    def compute(self, parameters: Mapping[str, Tensor], *inputs: Tensor) -> Tensor:
        """Return the maxima; not by `amax`, which divides the gradient among equal numbers."""
        return self._pooled(self._candidates(inputs[0]).max(dim=1).values)


class AverageOverTime(_Pool):
    """The mean of each channel over the words of a text, `(N, C)`."""

    def compute(self, parameters: Mapping[str, Tensor], *inputs: Tensor) -> Tensor:
        """Return the sum over the words, divided by their number."""
        (x,) = inputs
        if self._padding is None:
            return x.mean(dim=1)
        n = (~self._padding).sum(dim=1).clamp(min=1)
        return x.masked_fill(self._padding, 0).sum(dim=1) / n


class LocalMaxPool(_Pool):
    """The maximum of each window, `(N, T', C)`; the last window is padded."""

    def __init__(self, size: int, stride: int) -> None:
        super().__init__()
        if not 1 <= stride <= size:
            raise ValueError(f"1 ≤ stride ≤ size, but got stride={stride} and size={size}")
        self.size, self.stride = size, stride

    def output_length(self, length: int) -> int:
        """Return T', the number of windows over T = `length` steps, 1 or more."""
        return -(-max(length - self.size, 0) // self.stride) + 1

    def compute(self, parameters: Mapping[str, Tensor], *inputs: Tensor) -> Tensor:
        """Return the maxima; the kernel needs channels before time and at least one full window."""
        x = self._candidates(inputs[0])
        if x.shape[1] < self.size:
            x = functional.pad(x, (0, 0, 0, self.size - x.shape[1]), value=_LEAST)
        channels = x.transpose(1, 2)
        if x.is_cuda:
            # The kernel for neighboring channels fails with a single channel in float64. A
            # transposed tensor of a single channel counts as contiguous: `contiguous()` returns it.
            channels = channels.clone(memory_format=torch.contiguous_format)
        y = functional.max_pool1d(channels, self.size, self.stride, ceil_mode=True)
        return self._pooled(y.transpose(1, 2))


class KMaxPool(_Pool):
    """The k greatest numbers of each channel in the order of the text, `(N, k, C)`."""

    def __init__(self, k: int) -> None:
        super().__init__()
        if k < 1:
            raise ValueError(f"k is at least 1, but got {k}")
        self.k = k

    def compute(self, parameters: Mapping[str, Tensor], *inputs: Tensor) -> Tensor:
        """Return the k maxima; not by `topk`, which takes any of equal numbers."""
        T, k = inputs[0].shape[1], self.k
        x = self._candidates(inputs[0]).transpose(1, 2)  # sorted faster with time as last axis
        full = functional.pad(x, (0, max(1, k - T)), value=_LEAST)
        best = full.sort(dim=2, descending=True, stable=True)
        values, places = best.values[:, :, :k], best.indices[:, :, :k]
        order = places.masked_fill(values.isneginf(), T).sort(dim=2).values
        return _without_words(full.gather(2, order).transpose(1, 2))


def _without_words(y: Tensor) -> Tensor:
    """Return `x` with 0 where a window contains only padding."""
    return y.masked_fill(y.isneginf(), 0)
