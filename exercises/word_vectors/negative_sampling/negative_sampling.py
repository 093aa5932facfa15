"""Negative sampling: tell the word that came from words that were drawn.

Source: CS224n lecture 1 (the objective that it replaces); Mikolov et al., "Distributed
Representations of Words and Phrases and their Compositionality" (2013), section 2.2.
"""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array


def sampling_distribution(counts: Array, power: float = 0.75) -> Array:
    """The probability of each word to be drawn: its count to the `power`, as a share of all.

        P(w) = count(w)^power / Σ_w' count(w')^power

    A word that never occurs is never drawn, whatever the power.

    Args:
        counts: `(V,)` numbers ≥ 0.
        power: 1: as frequent as in the text; 0: all words that occur alike; 3/4: in between.

    Returns:
        `(V,)` float64, with sum 1.

    Raises:
        ValueError: a count is negative or not finite, or no word occurs.
    """
    # TODO: refuse what are no counts; mind that 0 ** 0 is 1
    raise NotImplementedError


def negative_sampling(
    center: Array, outside_id: int, negative_ids: Array, outside_vectors: Array
) -> tuple[float, Array, Array, Array]:
    """The loss of one pair of words beside K drawn words, and its gradients.

        J = −log σ(u_oᵀ v_c) − Σ_k log σ(−u_kᵀ v_c)

    Only the vectors of the words named are read, and only they have a gradient: the cost does not
    depend on V. A word that was drawn twice counts twice, also one that is the outside word.

    Args:
        center: v_c `(d,)`.
        outside_id: o, the word that came.
        negative_ids: the words that were drawn, `(K,)` integers, K ≥ 0.
        outside_vectors: the rows are u_0 ... u_{V−1}, `(V, d)`.

    Returns:
        J, the gradient of v_c `(d,)`, the ids of the words named, in order and each once `(R,)`,
        and the gradients of their vectors `(R, d)`.

    Raises:
        IndexError: an id outside 0 ... V−1.
    """
    # TODO: z = ±u·v_c, J = Σ log(1 + exp(−z)), dJ/dz = −σ(−z)
    raise NotImplementedError


def _sigmoid(z: Array) -> Array:
    """Given: σ(z) = 1 / (1 + exp(−z)), without overflow and exact far below 0."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, e) / (1.0 + e)
