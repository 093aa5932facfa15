"""How much of a gradient is left after many steps back in time, and what to do where it explodes.

Source: CS224n lecture 7, sections 1 and 2; Pascanu, Mikolov and Bengio, "On the difficulty of
training recurrent neural networks" (2013).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from framework.interfaces import Array
from framework.models.parts import part


def gradient_norms(rnn: Any, x: Array, loss_at: int) -> Array:
    """‖∂J/∂h_k‖ for k = 0 ... t, where J = Σ h_t, the sum over all entries of h_t.

    The part of the network from step k to step t is a network of its own, with h_k as its initial
    state: the gradient of that is what its `backward` returns.

    Args:
        rnn: a recurrent layer: ``forward(x, state) -> h (N, T, H)``, the attribute ``state`` after
            the last step, ``backward(grad_h) -> (grad_x, grad_state)``. Its state is an array
            `(N, H)`, or several (an LSTM's h and c), whose gradients count together. Its
            `gradients` are the same arrays afterwards, with the same numbers in them.
        x: inputs `(N, T, D)`.
        loss_at: t, counted from 0.

    Returns:
        `(t + 1,)`. The last entry is ‖∂J/∂h_t‖ = √(N H).

    Raises:
        IndexError: there is no step `loss_at`.
    """
    if not 0 <= loss_at < x.shape[1]:
        raise IndexError(f"step {loss_at} is not among the {x.shape[1]} steps of x")
    # TODO: the states of all steps; then for each k run from there, and come back
    raise NotImplementedError


def spectral_bound(W_h: Array, distances: Array, slope: float = 1.0) -> Array:
    """How much of a gradient can be left `distances` steps back, at the most:

        ‖∂J/∂h_k‖ ≤ ‖∂J/∂h_t‖ (γ σ)^(t−k)

    since h_{k+1} = f(h_k W_h + ...) and ∂h_{k+1}/∂h_k = W_h diag(f'): no step stretches a vector by
    more than σ, the largest singular value of W_h, times γ, the steepest slope of f.

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
    """The path of gradient descent, its gradients clipped where they are longer than `threshold`.

        θ ← θ − α g,      g ← clip(∂J/∂θ)

    Args:
        gradient: ∂J/∂θ at a point, both `(d,)`.
        start: θ at the beginning, `(d,)`. Not modified.
        learning_rate: α.
        steps: how many.
        threshold: the greatest norm of a step's gradient; None does not clip.

    Returns:
        all points, the start among them, `(steps + 1, d)`.
    """
    # TODO: part("clip_by_norm") is your function; it takes and returns a dict
    raise NotImplementedError
