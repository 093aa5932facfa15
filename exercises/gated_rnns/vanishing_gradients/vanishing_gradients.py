"""Norms of gradients step by step, a bound, and clipped descent (CS224n lecture 7, 1, 2, 4.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from framework.interfaces import Array
from framework.models.parts import part


def gradient_norms(rnn: Any, x: Array, loss_at: int) -> Array:
    """Return ‖∂J/∂h_k‖ for k = 0 ... t `(t + 1,)`, where J is the sum of all entries of h_t.

    Args:
        rnn: a recurrent layer with `forward(x, state)`, `state` and `backward(grad_h)` -> grad_x,
            grad_state. Its `gradients` are the same arrays afterwards, with the same numbers.
        x, loss_at: inputs `(N, T, D)`, and t, counted from 0.

    Raises: IndexError if `loss_at` is outside 0 ... T − 1.
    """
    if not 0 <= loss_at < x.shape[1]:
        raise IndexError(f"step {loss_at} is not among the {x.shape[1]} steps of x")
    # TODO: for each k keep the state h_k, run from there to step t, and go back
    raise NotImplementedError


def spectral_bound(W_h: Array, distances: Array, slope: float = 1.0) -> Array:
    """Return (γ σ)^distance for `distances: (K,)`, σ the largest singular value of W_h, γ `slope`.

    Raises: ValueError if a distance is negative.
    """
    if np.any(distances < 0):
        raise ValueError("a distance is at least 0")
    # TODO: np.linalg.norm(W_h, 2) is the largest singular value
    raise NotImplementedError


def descend(
    gradient: Callable[[Array], Array],
    start: Array,
    learning_rate: float,
    steps: int,
    threshold: float | None = None,
) -> Array:
    """Return all points of gradient descent, beginning with `start`, `(steps + 1, d)`.

    Args:
        gradient: the gradient at a point, both `(d,)`.
        start: the first point, `(d,)`. Not modified.
        threshold: each gradient is clipped to this norm; None does not clip.
    """
    # TODO: part("clip_by_norm") is your function; it takes and returns a dict
    raise NotImplementedError
