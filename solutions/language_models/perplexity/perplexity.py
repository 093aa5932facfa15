"""Perplexity: exp of a language model's mean cross-entropy (CS224n lecture 6, section 3.1)."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array


def perplexity(log_probabilities: Array, mask: Array | None = None) -> float:
    """Return the perplexity of a text, exp of its mean cross-entropy.

    Args:
        log_probabilities: natural log of the probability of each word, `(...)`; −inf for 0.
        mask: `(...)` bool, False at padding, whose values are ignored. None: no padding.

    Returns: a Python float ≥ 1; infinity if a word had probability 0 or if the result overflows.
    Raises: ValueError if there are no words, or a log probability is NaN or above `TOLERANCE`.
    """
    # BEGIN SOLUTION: select the words, refuse invalid log probabilities, exp of minus the mean
    words = log_probabilities if mask is None else log_probabilities[mask]
    if words.size == 0:
        raise ValueError("the perplexity of no words is not defined")
    if not (words <= TOLERANCE).all():
        raise ValueError("log probabilities are at most 0, but these are not, or are NaN")
    with np.errstate(over="ignore"):  # more than a float can hold is infinite
        return float(np.exp(-words.mean(dtype=np.float64)))
    # END SOLUTION


#: Given: the largest log probability above 0 that is accepted as a rounding error.
TOLERANCE = 1e-5
