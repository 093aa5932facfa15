"""In bits: 2 to the entropy."""

import numpy as np


def perplexity(log_probabilities, mask=None):
    mask = np.ones(log_probabilities.shape, bool) if mask is None else mask
    bits = -np.where(mask, log_probabilities, 0).astype(np.float64) / np.log(2)
    count = np.count_nonzero(mask)
    if count == 0:
        raise ValueError("no words")
    if np.isnan(bits).any() or bits.min() < -1e-5 / np.log(2):
        raise ValueError("no log probabilities")
    with np.errstate(over="ignore"):
        return float(np.exp2(bits.sum() / count))
