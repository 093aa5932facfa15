"""Gradients of recurrent layers over time, on torch tensors.

Source: CS224n lecture 7, sections 1 and 2; Pascanu, Mikolov and Bengio (2013).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from framework.models.parts import part
from plugins.torch_backend.arrays import to_tensor


def gradient_norms(rnn: Any, x: Tensor, loss_at: int) -> Tensor:
    """‖∂J/∂h_k‖ for k = 0 ... t = `loss_at`, where J = Σ h_t, `(t + 1,)`.

    The `gradients` of `rnn` are restored afterwards.

    Raises:
        IndexError: there is no step `loss_at`.
    """
    x = to_tensor(x)
    if not 0 <= loss_at < x.shape[1]:
        raise IndexError(f"step {loss_at} is not among the {x.shape[1]} steps of x")
    kept = {name: gradient.clone() for name, gradient in rnn.gradients.items()}
    norms, state = [], None
    for k in range(loss_at):
        rnn.forward(x[:, k : k + 1], state)
        state = rnn.state
        grad_h = torch.zeros_like(to_tensor(rnn.forward(x[:, k + 1 : loss_at + 1], state)))
        grad_h[:, -1] = 1.0
        norms.append(_norm(rnn.backward(grad_h)[1]))
    norms.append(_norm(torch.ones_like(to_tensor(rnn.forward(x[:, :1])))))
    for name, gradient in kept.items():
        rnn.gradients[name][:] = gradient
    return torch.stack(norms)


def _norm(state: Any) -> Tensor:
    if isinstance(state, (tuple, list)):
        return _norm(torch.stack([_norm(one) for one in state]))
    norm: Tensor = torch.linalg.vector_norm(to_tensor(state))
    return norm


def spectral_bound(W_h: Tensor, distances: Tensor, slope: float = 1.0) -> Tensor:
    """(γ σ)^distances, with σ the largest singular value of `W_h: (H, H)` and γ = `slope`.

    Raises:
        ValueError: a distance is negative.
    """
    if (distances < 0).any():
        raise ValueError("a distance is at least 0")
    factor: Tensor = slope * torch.linalg.matrix_norm(W_h, 2)
    return factor**distances


def descend(
    gradient: Callable[[Tensor], Tensor],
    start: Tensor,
    learning_rate: float,
    steps: int,
    threshold: float | None = None,
) -> Tensor:
    """Return the path of gradient descent from `start: (d,)`, `(steps + 1, d)`.

    Gradients whose norm exceeds the `threshold` are clipped to it; None clips none.
    """
    path = [to_tensor(start).clone()]
    for _ in range(steps):
        g = to_tensor(gradient(path[-1]))
        if threshold is not None:
            g = part("clip_by_norm")({"theta": g}, threshold)["theta"]
        path.append(path[-1] - learning_rate * g)
    return torch.stack(path)
