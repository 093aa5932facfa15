"""A running mean over a flat iterator, and Python's own errors."""

from functools import reduce
from itertools import compress
from math import exp, inf, isnan

TOLERANCE = 1e-5


def _checked(log_p):
    if isnan(log_p) or log_p > TOLERANCE:
        raise ValueError(log_p)
    return log_p


def _mean(so_far, log_p):
    count, mean = so_far
    count += 1
    if mean == -inf or log_p == -inf:
        return count, -inf
    return count, mean + (log_p - mean) / count


def perplexity(log_probabilities, mask=None):
    words = map(float, log_probabilities.flat)
    if mask is not None:
        words = compress(words, mask.flat)
    count, mean = reduce(_mean, map(_checked, words), (0, 0.0))
    if not count:
        raise ValueError("no words at all")
    return inf if mean < -709.7 else max(exp(-mean), 1.0)
