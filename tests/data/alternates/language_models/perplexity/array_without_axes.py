"""An array without axes as the number; the mask as a list of places."""

import numpy as np

TOLERANCE = 1e-5


def perplexity(log_probabilities, mask=None):
    places = slice(None) if mask is None else np.flatnonzero(mask)
    words = log_probabilities.reshape(-1)[places].astype(np.float64)
    if not words.size or not (words <= TOLERANCE).all():
        raise ValueError("no words, or no log probabilities")
    with np.errstate(over="ignore"):
        return np.array(np.exp(-words.mean())).clip(1)
