"""A step of a skip-gram with negative sampling on blocks of text: matrix products throughout.

The solution of the exercise uses one pair at a time, which is clearer but a hundred times slower.

Source: Mikolov et al., "Distributed Representations of Words and Phrases and their
Compositionality" (2013), section 2.2.
"""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array


def skip_gram_step(
    center_vectors: Array,
    outside_vectors: Array,
    center_ids: Array,
    outside_ids: Array,
    weights: Array,
    learning_rate: float,
) -> float:
    """Take one step of gradient descent on the vectors of the given words, in place.

        J = Σ |w| log(1 + exp(−z)),   z = sign(w) u·v,   ∂J/∂(u·v) = −w σ(−z)

    where w is the weight of a centre word v and an outside word u: positive where the two stand
    together, negative where u was drawn. Gradients of a word that is named repeatedly add up.

    Args:
        center_vectors: all v `(V, d)`.
        outside_vectors: all u `(V, d)`.
        center_ids: `(B, T)`.
        outside_ids: `(B, M)`.
        weights: w `(B, T, M)`.
        learning_rate: length of the step, as a factor of the gradient.

    Returns:
        J before the step.
    """
    v, u = center_vectors[center_ids], outside_vectors[outside_ids]
    z = v @ u.swapaxes(1, 2)
    z *= np.sign(weights)
    # Above 80, where exp(z) overflows float32, log(1 + exp(−z)) and σ(−z) are 0 anyway.
    p = np.exp(np.minimum(z, 80.0, out=z))
    p += 1.0
    loss = np.vdot(np.abs(weights), np.log(p) - z)  # log(1 + exp(z)) − z = log(1 + exp(−z))
    downhill = np.divide(weights, p, out=p)  # w σ(−z)
    downhill *= center_vectors.dtype.type(learning_rate)
    _add_rows(center_vectors, center_ids, downhill @ u)
    _add_rows(outside_vectors, outside_ids, downhill.swapaxes(1, 2) @ v)
    return float(loss)


def _add_rows(table: Array, ids: Array, rows: Array) -> None:
    """Add `rows` to ``table[ids]``; repeated ids add up. Sorting is faster than ``np.add.at``.

    Args:
        table: `(V, d)`, changed.
        ids: `(B, M)`.
        rows: `(B, M, d)`.
    """
    ids = ids.ravel()
    order = np.argsort(ids, kind="stable")
    ids = ids[order]
    starts = np.flatnonzero(np.diff(ids, prepend=-1))
    table[ids[starts]] += np.add.reduceat(rows.reshape(len(ids), -1)[order], starts, axis=0)
