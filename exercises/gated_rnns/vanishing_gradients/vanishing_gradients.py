"""Vanishing and exploding gradients: their norms step by step, a bound, and clipped descent.

Source: CS224n lecture 7, sections 1, 2 and 4.3; Pascanu, Mikolov and Bengio, "On the difficulty
of training recurrent neural networks" (2013).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from framework.interfaces import Array
from framework.models.parts import part


def gradient_norms(rnn: Any, x: Array, loss_at: int) -> Array:
    """Return ‖∂J/∂h_k‖ for k = 0 ... t, where J = Σ h_t is the sum over all entries of h_t.

    Steps k + 1 ... t are a network with h_k as its initial state. The gradient of this initial
    state is what `backward` returns.

    Args:
        rnn: a recurrent layer: ``forward(x, state) -> h (N, T, H)``, the attribute ``state`` after
            the last step, ``backward(grad_h) -> (grad_x, grad_state)``. Its state is an array
            `(N, H)`, or a tuple of arrays (an LSTM's h and c), whose gradients form one vector.
            Its `gradients` are the same arrays afterwards, with the same numbers in them.
        x: inputs `(N, T, D)`.
        loss_at: t, counted from 0.

    Returns:
        `(t + 1,)`. The last entry is ‖∂J/∂h_t‖ = √(N H).

    Raises:
        IndexError: `loss_at` is outside 0 ... T − 1.
    """
    if not 0 <= loss_at < x.shape[1]:
        raise IndexError(f"step {loss_at} is not among the {x.shape[1]} steps of x")
    # TODO: for each k keep the state h_k, run from there to step t, and go back
    raise NotImplementedError


def spectral_bound(W_h: Array, distances: Array, slope: float = 1.0) -> Array:
    """Return an upper bound on the share of a gradient that is left `distances` steps back:

        ‖∂J/∂h_k‖ ≤ ‖∂J/∂h_t‖ (γ σ)^(t−k)

    With h_{k+1} = f(z_{k+1}), z_{k+1} = h_k W_h + ... and row vectors, ∂J/∂h_k is
    ∂J/∂h_{k+1} diag(f'(z_{k+1})) W_hᵀ. One step multiplies a norm by at most γ σ, where σ is the
    largest singular value of W_h and γ the largest slope of f.

    Args:
        W_h: `(H, H)`.
        distances: t − k ≥ 0, `(K,)`.
        slope: γ: 1 for tanh, 1/4 for the sigmoid.

    Returns:
        (γ σ)^(t−k) `(K,)`.

    Raises:
        ValueError: a distance is negative.
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
    """Return the path of gradient descent, with gradients clipped to the norm `threshold`.

        θ ← θ − α g,      g ← clip(∂J/∂θ)

    Args:
        gradient: ∂J/∂θ at a point, both `(d,)`.
        start: θ at the beginning, `(d,)`. Not modified.
        learning_rate: α.
        steps: number of updates.
        threshold: maximum norm of the gradient in an update; None does not clip.

    Returns:
        all points, beginning with `start`, `(steps + 1, d)`.
    """
    # TODO: part("clip_by_norm") is your function; it takes and returns a dict
    raise NotImplementedError
