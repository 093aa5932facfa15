"""The steps of the simple recurrent layer on a CPU, as one differentiable operation.

Torch's own kernel makes a node of the graph for every operation of every step. It adds the gradient
of the weights step by step; here all steps share one product. Small layers take half the time, and
large layers no more.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def recurrent_steps(x: Tensor, h_0: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor) -> Tensor:
    """h_t = tanh(x_t W_x + h_{t−1} W_h + b) for t = 1 ... T.

    Args:
        x: `(N, T, D)`, T ≥ 1.
        h_0: `(N, H)`.
        W_x: `(D, H)`.
        W_h: `(H, H)`.
        b: `(H,)`.

    Returns:
        h `(N, T, H)`.
    """
    h: Tensor = _Steps.apply(x, h_0, W_x, W_h, b)  # type: ignore[no-untyped-call]  # torch's
    return h


class _Steps(torch.autograd.Function):
    """Inside, time comes first, so that a step is one block of memory."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, h_0: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor) -> Tensor:
        N, T, D = x.shape
        x = x.transpose(0, 1).reshape(T * N, D)
        from_input = torch.addmm(b, x, W_x).view(T, N, -1)
        states = from_input.new_empty(T + 1, *h_0.shape)
        states[0] = h_0
        h = states.unbind(0)
        for t, a in enumerate(from_input.unbind(0)):
            torch.addmm(a, h[t], W_h, out=h[t + 1]).tanh_()
        ctx.save_for_backward(x, states, W_x, W_h)
        return states[1:].transpose(0, 1)

    @staticmethod
    def backward(ctx: Any, grad_h: Tensor) -> tuple[Tensor, ...]:
        x, states, W_x, W_h = ctx.saved_tensors
        slope = 1 - states[1:].square()  # tanh'
        grad_a = torch.mul(grad_h.transpose(0, 1), slope, out=torch.empty_like(slope))
        a, s, from_later = grad_a.unbind(0), slope.unbind(0), torch.empty_like(states[0])
        for t in reversed(range(1, len(a))):
            torch.mm(a[t], W_h.T, out=from_later)
            a[t - 1].addcmul_(from_later, s[t - 1])
        T, N, _ = grad_a.shape
        rows = grad_a.flatten(0, 1)
        grad_x = (rows @ W_x.T).view(T, N, -1).transpose(0, 1)
        # The products are transposed because the weights of `RNN` lie transposed in memory too.
        grad_W_x, grad_W_h = (rows.T @ x).T, (rows.T @ states[:-1].flatten(0, 1)).T
        return grad_x, a[0] @ W_h.T, grad_W_x, grad_W_h, rows.sum(0)
