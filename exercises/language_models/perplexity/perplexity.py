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
    # TODO: select the words, refuse invalid log probabilities, exp of minus the mean
    raise NotImplementedError


#: Given: the largest log probability above 0 that is accepted as a rounding error.
TOLERANCE = 1e-5
