"""Gradient clipping: shorter gradients of the same direction (CS224n lecture 7, 2.1 to 2.3)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from framework.interfaces import Array, Parameters


def clip_by_norm(gradients: Mapping[str, Array], threshold: float) -> Parameters:
    """Return new arrays, of the same forms, whose common norm is at most `threshold`.

    Args:
        gradients: name -> array of any shape. Not modified.

    Raises: ValueError if an entry is not finite, or `threshold` is not positive.
    """
    # BEGIN SOLUTION: the norm of all arrays together, without overflow; one factor for all of them
    if not threshold > 0:
        raise ValueError(f"a threshold is positive, but got {threshold}")
    largest = [np.abs(g).max(initial=0.0) for g in gradients.values()]
    scale = np.max([1.0, *largest])  # (1e200)² overflows, (1e200 / 1e200)² does not
    if not np.isfinite(scale):
        raise ValueError(f"the gradients hold {scale}: a smaller learning rate may help")
    squares = sum(np.sum((g / scale) ** 2) for g in gradients.values())
    norm = float(scale * np.sqrt(squares))
    factor = threshold / norm if norm > threshold else 1.0
    return {name: g * factor for name, g in gradients.items()}
    # END SOLUTION
