"""Perplexity: how many words a language model hesitates between, on average.

Source: CS224n lecture 6, evaluating language models.
"""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array


def perplexity(log_probabilities: Array, mask: Array | None = None) -> float:
    """exp of the mean cross-entropy, the inverse geometric mean of the probabilities.

        PP = exp(−1/T Σ_t log p_t) = (Π_t 1/p_t)^(1/T)

    Args:
        log_probabilities: natural log of the probability that the model gave to each word that
            came, `(...)`; −inf where it gave none.
        mask: `(...)`, False where there is no word (padding): whatever stands there is ignored;
            None: words everywhere.

    Returns:
        a Python float ≥ 1; infinite if a word that came had no probability, or if it is more than
        a float can hold.

    Raises:
        ValueError: there are no words, or a log probability is NaN or above 0. (Sums of float32
            may exceed 0 by rounding: up to 1e-5 is let pass.)
    """
    # BEGIN SOLUTION: take the words, refuse what are no log probabilities, exp of minus the mean
    words = log_probabilities if mask is None else log_probabilities[mask]
    if words.size == 0:
        raise ValueError("the perplexity of no words is not defined")
    if not (words <= TOLERANCE).all():
        raise ValueError("log probabilities are at most 0, but these are not, or are NaN")
    with np.errstate(over="ignore"):  # more than a float can hold is infinite
        return float(np.exp(-words.mean(dtype=np.float64)))
    # END SOLUTION


#: Given: how far above 0 rounding may take a log probability.
TOLERANCE = 1e-5
