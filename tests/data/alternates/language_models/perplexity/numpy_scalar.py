"""Returns a NumPy number; warnings are errors."""

import numpy as np

np.seterr(all="raise")
TOLERANCE = 1e-5


def perplexity(log_probabilities, mask=None):
    words = log_probabilities.ravel() if mask is None else log_probabilities[mask]
    if words.size == 0 or np.isnan(words).any() or words.max() > TOLERANCE:
        raise ValueError("log probabilities are at most 0, and there is at least one")
    mean = -np.mean(words, dtype=np.float64)
    with np.errstate(over="ignore"):
        return np.exp(np.maximum(mean, 0))
