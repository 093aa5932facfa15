"""Clipping by the global norm, on torch tensors.

Source: CS224n lecture 7, sections 2.1 to 2.3; Pascanu, Mikolov and Bengio, "On the difficulty of
training recurrent neural networks" (2013), algorithm 1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor


def clip_by_norm(gradients: Mapping[str, Tensor], threshold: float) -> dict[str, Tensor]:
    """Gradients whose length is at most `threshold`, in the same direction; new tensors.

    Raises:
        ValueError: an entry is not finite, or `threshold` is not positive.
    """
    if not threshold > 0:
        raise ValueError(f"a threshold is positive, but got {threshold}")
    norm = _norm(gradients)
    factor = threshold / norm if norm > threshold else 1.0
    return {name: g * factor for name, g in gradients.items()}


def _norm(gradients: Mapping[str, Tensor]) -> float:
    """Return the length of all gradients together, as if they were one long vector."""
    filled = [g for g in gradients.values() if g.numel()]
    largest = float(torch.stack([g.abs().amax() for g in filled]).amax()) if filled else 0.0
    if not math.isfinite(largest):
        raise ValueError(f"the gradients hold {largest}: a smaller learning rate may help")
    scale = largest or 1.0
    norms = [torch.linalg.vector_norm(g / scale) for g in filled]
    return scale * math.hypot(*map(float, norms))
