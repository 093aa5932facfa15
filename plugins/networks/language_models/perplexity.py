"""Perplexity, on the arrays of any backend.

Source: CS224n lecture 6, evaluating language models.
"""

from __future__ import annotations

from typing import Any

from framework.arrays import current_arrays

#: How far above 0 rounding may take a log probability.
TOLERANCE = 1e-5


def perplexity(log_probabilities: Any, mask: Any = None) -> float:
    """exp(−1/T Σ_t log p_t) over the words, those where `mask` is True.

    Raises:
        ValueError: there are no words, or a log probability is NaN or above 0.
    """
    arrays = current_arrays()
    values = arrays.asarray(log_probabilities)
    words = values.ravel() if mask is None else values[arrays.asarray(mask) != 0]
    if not len(words):
        raise ValueError("the perplexity of no words is not defined")
    if not (words <= TOLERANCE).all():
        raise ValueError("log probabilities are at most 0, but these are not, or are NaN")
    return float(arrays.namespace.exp(-arrays.astype(words, "float64").mean()))
