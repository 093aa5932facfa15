"""The steps of the simple recurrent layer, as one differentiable operation.

Two ways to the same numbers: cuDNN's kernel on a GPU, and on a CPU a loop that takes a half to
nine tenths of the time of torch's own, whose graph has a node for every operation of every step
and sums the gradient of the weights step by step.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def kernel_steps(x: Tensor, h_0: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor) -> Tensor:
    """As `loop_steps`, by the kernel behind `torch.nn.RNN`.

    The kernel computes x W_ihᵀ + b_ih + h W_hhᵀ + b_hh and reads its weights from one piece of
    memory. They are not copied there if b is the first half of both biases; see `RNN`.
    """
    no_bias = b.detach().as_strided(b.shape, (1,), b.storage_offset() + len(b))
    weights = [W_x.T, W_h.T, b, no_bias]
    h, _ = torch.rnn_tanh(x, h_0[None], weights, True, 1, 0.0, True, False, batch_first=True)
    return h


def loop_steps(x: Tensor, h_0: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor) -> Tensor:
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
    h: Tensor = _Steps.apply(x, h_0, W_x, W_h, b)  # type: ignore[no-untyped-call]
    return h


class _Steps(torch.autograd.Function):
    """`loop_steps` with its derivative; inside, time comes first, so that a step is one block."""

    @staticmethod
    def forward(ctx: Any, *inputs: Tensor) -> Tensor:  # type: ignore[override]
        x, h_0, W_x, W_h, b = inputs
        N, T, D = x.shape
        x = x.transpose(0, 1).reshape(T * N, D)
        from_input = torch.addmm(b, x, W_x).view(T, N, -1)  # of all steps in one product
        states = from_input.new_empty(T + 1, *h_0.shape)
        states[0] = h_0
        h = states.unbind(0)
        for t, a in enumerate(from_input.unbind(0)):
            torch.addmm(a, h[t], W_h, out=h[t + 1]).tanh_()
        ctx.save_for_backward(x, states, W_x, W_h)
        return states[1:].transpose(0, 1)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor, ...]:  # type: ignore[override]
        x, states, W_x, W_h = ctx.saved_tensors
        slope = 1 - states[1:].square()  # tanh'
        grad_a = torch.mul(grad_outputs[0].transpose(0, 1), slope, out=torch.empty_like(slope))
        a, s, from_later = grad_a.unbind(0), slope.unbind(0), torch.empty_like(states[0])
        for t in reversed(range(1, len(a))):
            torch.mm(a[t], W_h.T, out=from_later)
            a[t - 1].addcmul_(from_later, s[t - 1])
        T, N, _ = grad_a.shape
        rows = grad_a.flatten(0, 1)
        grad_x = (rows @ W_x.T).view(T, N, -1).transpose(0, 1)
        # Transposed products, because the weights lie transposed in memory too; see `RNN`.
        grad_W_x, grad_W_h = (rows.T @ x).T, (rows.T @ states[:-1].flatten(0, 1)).T
        return grad_x, a[0] @ W_h.T, grad_W_x, grad_W_h, rows.sum(0)
