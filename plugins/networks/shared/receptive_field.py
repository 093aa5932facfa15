"""The receptive field of stacked convolutions.

Source: CS224n lecture 11, section 1.11.
"""

from __future__ import annotations

from collections.abc import Sequence


def receptive_field(layers: Sequence[tuple[int, int, int]]) -> int:
    """Return R = 1 + Σ_i (h_i − 1) r_i s_1 ... s_{i−1} of layers (width, stride, dilation).

    Raises:
        ValueError: a number is less than 1.
    """
    last = 0
    for width, stride, dilation in reversed(layers):
        if width < 1 or stride < 1 or dilation < 1:
            raise ValueError(f"numbers from 1 on are needed, not {(width, stride, dilation)}")
        last = last * stride + (width - 1) * dilation
    return last + 1
