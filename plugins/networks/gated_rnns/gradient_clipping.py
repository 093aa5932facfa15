"""Clipping of gradients by their global norm.

Source: CS224n lecture 7, sections 2.1 to 2.3; Pascanu, Mikolov and Bengio, "On the difficulty of
training recurrent neural networks" (2013).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def clip_by_norm(gradients: Mapping[str, Any], threshold: float) -> dict[str, Any]:
    """Return gradients whose length is at most `threshold`, in the same direction; new arrays.

    Raises:
        ValueError: an entry is not finite, or `threshold` is not positive.
    """
    if not threshold > 0:
        raise ValueError(f"a threshold is positive, but got {threshold}")
    filled = [g for g in gradients.values() if 0 not in g.shape]
    largest = [float(abs(g).max()) for g in filled]
    if not math.isfinite(sum(largest)):
        raise ValueError(f"the gradients hold {largest}: a smaller learning rate may help")
    scale = max(largest, default=0.0) or 1.0
    norm = scale * math.sqrt(sum(float(((g / scale) ** 2).sum()) for g in filled))
    factor = threshold / norm if norm > threshold else 1.0
    return {name: g * factor for name, g in gradients.items()}
