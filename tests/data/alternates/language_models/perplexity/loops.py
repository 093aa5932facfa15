"""Word by word, with an exact sum."""

import math

import numpy as np


def perplexity(log_probabilities, mask=None):
    words = []
    for place, log_p in np.ndenumerate(log_probabilities):
        if mask is None or mask[place]:
            if math.isnan(log_p) or log_p > 1e-5:
                raise ValueError("no log probability")
            words.append(float(log_p))
    if not words:
        raise ValueError("no words")
    if -math.inf in words:
        return math.inf
    try:
        return math.exp(-math.fsum(words) / len(words))
    except OverflowError:
        return math.inf
