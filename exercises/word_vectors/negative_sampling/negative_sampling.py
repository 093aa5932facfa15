"""Negative sampling: tell the outside word from drawn words (Mikolov et al. 2013, section 2.2)."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array


def sampling_distribution(counts: Array, power: float = 0.75) -> Array:
    """Return the probability of each word to be drawn, `(V,)` float64: its share of count^power.

    Args:
        counts: `(V,)` numbers ≥ 0. A word that never occurs has probability 0 for every power.
        power: 1 gives the frequencies of the text, 0 the same probability to all words that occur.

    Raises: ValueError if a count is negative or not finite, or no word occurs.
    """
    # TODO: refuse invalid counts; note that 0 ** 0 is 1
    raise NotImplementedError


def negative_sampling(
    center: Array, outside_id: int, negative_ids: Array, outside_vectors: Array
) -> tuple[float, Array, Array, Array]:
    """Return the loss of one pair of words with K drawn words, and its gradients.

    Only the vectors of o and of the drawn words are read, so the cost does not depend on V.

    Args:
        center: v_c `(d,)`.
        outside_id: o, the outside word. It may be drawn, too.
        negative_ids: the drawn words, `(K,)` integers, K ≥ 0. A word drawn twice counts twice.
        outside_vectors: `(V, d)` with rows u_0 ... u_{V−1}.

    Returns: J, a float; the gradient of v_c `(d,)`; the ids of o and the drawn words `(R,)`, sorted
        and each once; the gradients of their vectors `(R, d)`.
    Raises: IndexError if an id is outside 0 ... V−1.
    """
    # TODO: z = ±u·v_c, J = Σ log(1 + exp(−z)); then the slope of J for each score
    raise NotImplementedError
