"""A generator selects the words; math instead of NumPy; tests under ``__main__``."""

import math

import numpy as np

print("perplexity")
TOLERANCE = 1e-5


def _words(log_probabilities, mask):
    for index, log_p in np.ndenumerate(log_probabilities):
        if mask is None or mask[index]:
            yield float(log_p)


def perplexity(log_probabilities, mask=None):
    words = list(_words(log_probabilities, mask))
    if not words:
        raise ValueError("there are no words")
    for log_p in words:
        if math.isnan(log_p) or log_p > TOLERANCE:
            raise ValueError(f"{log_p} is not a log probability")
    if -math.inf in words:
        return math.inf
    try:
        return max(1.0, math.exp(-math.fsum(words) / len(words)))
    except OverflowError:
        return math.inf


if __name__ == "__main__":
    assert abs(perplexity(np.log([0.5, 0.25, 0.125])) - 4) < 1e-12
