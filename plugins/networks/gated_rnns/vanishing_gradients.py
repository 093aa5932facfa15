"""Gradients of recurrent layers over time.

Source: CS224n lecture 7, sections 1 and 2; Pascanu, Mikolov and Bengio (2013).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from framework.arrays import current_arrays
from framework.models.parts import part


def gradient_norms(rnn: Any, x: Any, loss_at: int) -> Any:
    """‖∂J/∂h_k‖ for k = 0 ... t = `loss_at`, where J = Σ h_t, `(t + 1,)`.

    The `gradients` of `rnn` are restored afterwards.

    Raises:
        IndexError: there is no step `loss_at`.
    """
    arrays = current_arrays()
    xp, x = arrays.namespace, arrays.asarray(x)
    if not 0 <= loss_at < x.shape[1]:
        raise IndexError(f"step {loss_at} is not among the {x.shape[1]} steps of x")
    kept = {name: arrays.to_numpy(gradient) for name, gradient in rnn.gradients.items()}
    norms, state = [], None
    for k in range(loss_at):
        rnn.forward(x[:, k : k + 1], state)
        state = rnn.state
        h = arrays.asarray(rnn.forward(x[:, k + 1 : loss_at + 1], state))
        grad_h = xp.concatenate([xp.zeros_like(h[:, 1:]), xp.ones_like(h[:, :1])], 1)
        norms.append(_norm(rnn.backward(grad_h)[1]))
    norms.append(_norm(xp.ones_like(arrays.asarray(rnn.forward(x[:, :1])))))
    for name, gradient in kept.items():
        arrays.assign(rnn.gradients, name, gradient)
    return xp.stack(norms)


def _norm(state: Any) -> Any:
    """Return the length of all arrays of `state` together."""
    parts = state if isinstance(state, (tuple, list)) else [state]
    arrays = current_arrays()
    squares = [(h * h).sum() for h in map(arrays.asarray, parts)]
    return arrays.namespace.stack(squares).sum() ** 0.5


def spectral_bound(W_h: Any, distances: Any, slope: float = 1.0) -> Any:
    """(γ σ)^distances, with σ the largest singular value of `W_h: (H, H)` and γ = `slope`.

    Raises:
        ValueError: a distance is negative.
    """
    if (distances < 0).any():
        raise ValueError("a distance is at least 0")
    arrays = current_arrays()
    return (slope * arrays.namespace.linalg.norm(arrays.asarray(W_h), 2)) ** distances


def descend(
    gradient: Callable[[Any], Any],
    start: Any,
    learning_rate: float,
    steps: int,
    threshold: float | None = None,
) -> Any:
    """Return the path of gradient descent from `start: (d,)`, `(steps + 1, d)`.

    Gradients whose norm exceeds the `threshold` are clipped to it; None clips none.
    """
    arrays = current_arrays()
    path = [arrays.asarray(start)]
    for _ in range(steps):
        g = arrays.asarray(gradient(path[-1]))
        if threshold is not None:
            g = part("clip_by_norm")({"theta": g}, threshold)["theta"]
        path.append(path[-1] - learning_rate * g)
    return arrays.namespace.stack(path)
