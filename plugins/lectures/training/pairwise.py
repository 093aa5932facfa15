"""Skip-gram steps for one pair at a time, for a student's `negative_sampling`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from framework.interfaces import Array


class PairwiseStep:
    """A function like ``skip_gram_step`` that goes through the pairs of its blocks one by one.

    Args:
        negative_sampling: ``(center, outside_id, negative_ids, outside_vectors) -> loss, gradient
            of center, ids, gradients of their vectors``, as in the exercise of that name.
        negative: K; each pair uses the next K words that were drawn for its block.
        at_once: whether all pairs use the vectors before the step, so that the step follows the
            gradient of the summed loss.
    """

    def __init__(
        self, negative_sampling: Callable[..., Any], negative: int, *, at_once: bool = False
    ) -> None:
        self._negative_sampling = negative_sampling
        self._negative = negative
        self._at_once = at_once

    def __call__(
        self,
        center_vectors: Array,
        outside_vectors: Array,
        center_ids: Array,
        outside_ids: Array,
        weights: Array,
        learning_rate: float,
    ) -> float:
        """Take a step for each pair, in place, and return the sum of the losses before them."""
        centers, outsides = center_vectors, outside_vectors
        if self._at_once:
            centers, outsides = center_vectors.copy(), outside_vectors.copy()
        total = 0.0
        for block in zip(center_ids, outside_ids, weights, strict=True):
            for center_id, outside_id, negative_ids in self._pairs(*block):
                loss, grad_v, rows, gradients = self._negative_sampling(
                    centers[center_id].copy(), outside_id, negative_ids, outsides
                )
                center_vectors[center_id] -= learning_rate * grad_v
                outside_vectors[rows] -= learning_rate * gradients
                total += loss
        return total

    def _pairs(
        self, center_ids: Array, outside_ids: Array, weights: Array
    ) -> Iterator[tuple[int, int, Array]]:
        drawn = outside_ids[(weights < 0).any(axis=0)]
        next_ones = np.arange(self._negative)
        for t, j in np.argwhere(weights > 0):
            yield int(center_ids[t]), int(outside_ids[j]), drawn[next_ones % len(drawn)]
            next_ones += self._negative
