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
    # BEGIN SOLUTION: for each k keep the state h_k, run from there to step t, and go back
    kept = {name: gradient.copy() for name, gradient in rnn.gradients.items()}
    norms = np.empty(loss_at + 1)
    state = None
    for k in range(loss_at):
        rnn.forward(x[:, k : k + 1], state)
        state = rnn.state
        h = rnn.forward(x[:, k + 1 : loss_at + 1], state)
        grad_h = np.zeros_like(h)
        grad_h[:, -1] = 1.0
        _, grad_state = rnn.backward(grad_h)
        norms[k] = np.linalg.norm(grad_state)  # of all arrays of a state together
    norms[loss_at] = np.sqrt(rnn.forward(x[:, :1])[:, 0].size)
    for name, gradient in kept.items():
        rnn.gradients[name][:] = gradient
    return norms

    # END SOLUTION


def spectral_bound(W_h: Array, distances: Array, slope: float = 1.0) -> Array:
    """Return (γ σ)^distance for `distances: (K,)`, σ the largest singular value of W_h, γ `slope`.

    Raises: ValueError if a distance is negative.
    """
    if np.any(distances < 0):
        raise ValueError("a distance is at least 0")
    # BEGIN SOLUTION: np.linalg.norm(W_h, 2) is the largest singular value
    return np.asarray((slope * np.linalg.norm(W_h, 2)) ** distances)
    # END SOLUTION


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
    # BEGIN SOLUTION: part("clip_by_norm") is your function; it takes and returns a dict
    clip = part("clip_by_norm")
    path = [np.array(start)]
    for _ in range(steps):
        g = gradient(path[-1])
        if threshold is not None:
            g = clip({"theta": g}, threshold)["theta"]
        path.append(path[-1] - learning_rate * g)
    return np.array(path)
    # END SOLUTION
