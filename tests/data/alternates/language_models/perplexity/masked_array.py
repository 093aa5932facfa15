"""A masked array leaves the padding out."""

from __future__ import annotations

import numpy as np

TOLERANCE = 1e-5


def perplexity(log_probabilities: np.ndarray, mask: np.ndarray | None = None) -> float:
    hidden = np.zeros(log_probabilities.shape, bool) if mask is None else np.logical_not(mask)
    words = np.ma.MaskedArray(log_probabilities, hidden).compressed()
    if not len(words):
        raise ValueError("no words")
    if not np.all(words <= TOLERANCE):
        raise ValueError("invalid log probabilities")
    with np.errstate(over="ignore"):
        result = float(np.exp(-np.sum(words, dtype=float) / len(words)))
    return 1.0 if result < 1 else result
