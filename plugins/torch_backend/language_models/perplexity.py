"""Perplexity of log probabilities in torch tensors.

Source: CS224n lecture 6, evaluating language models.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from plugins.torch_backend.arrays import to_tensor

#: How far above 0 rounding may take a log probability.
TOLERANCE = 1e-5


def perplexity(log_probabilities: Tensor, mask: Any = None) -> float:
    """exp(−1/T Σ_t log p_t) over the words, those where `mask` is True.

    Raises:
        ValueError: there are no words, or a log probability is NaN or above 0.
    """
    values = to_tensor(log_probabilities)
    words = values.flatten() if mask is None else values[to_tensor(mask).bool()]
    if not words.numel():
        raise ValueError("the perplexity of no words is not defined")
    if not (words <= TOLERANCE).all():
        raise ValueError("log probabilities are at most 0, but these are not, or are NaN")
    return float(torch.exp(-words.double().mean()))
