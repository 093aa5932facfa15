"""The steps of the gated recurrent unit, as one differentiable operation.

On a CPU torch's own kernel makes a node of the graph for every operation of every step. No kernel
has r before the matrix. The factors of the gradients do not depend on later steps:
they are computed for all steps at once. All steps share the products for the gradients of weights.

The blocks of all weights are u, r, h̃. Inside, time comes first, so that a step is one block of
memory. Where a mask is False u is 0: the state stays, and no weight gets a gradient.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def gru_steps(
    x: Tensor,
    h_0: Tensor,
    weights: tuple[Tensor, Tensor, Tensor],
    b_h: Tensor | None = None,
    mask: Tensor | None = None,
) -> Tensor:
    """h_t = (1 − u) ∘ h_{t−1} + u ∘ h̃ for t = 1 ... T.

    Args:
        x: `(N, T, D)`, T ≥ 1.
        h_0: `(N, H)`.
        weights: W_x `(D, 3H)`, W_h `(H, 3H)` and b `(3H,)`.
        b_h: `(H,)`: r acts after the matrix and this bias of h_{t−1}; None: r acts before it.
        mask: `(N, T)`, False where the state stays; or None.

    Returns:
        h `(N, T, H)`.
    """
    words = None if mask is None else mask.t()[..., None].to(x.dtype)
    if b_h is None:
        h = _ResetBefore.apply(x, h_0, *weights, words)  # type: ignore[no-untyped-call]  # torch's
    else:
        h = _ResetAfter.apply(x, h_0, *weights, b_h, words)  # type: ignore[no-untyped-call]  # torch's
    return torch.as_tensor(h)


class _ResetAfter(torch.autograd.Function):
    """h̃ = tanh(x W_xh + b + r ∘ q) with q = h_{t−1} W_hh + b_h."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, h_0: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor, b_h: Tensor,
        words: Tensor | None,
    ) -> Tensor:  # fmt: skip
        rows, a, states = _begin(x, h_0, W_x, b)
        H = len(b_h)
        second = torch.cat([b.new_zeros(2 * H), b_h])
        s = torch.empty_like(a)  # h_{t−1} W_h + second
        q, from_state = s[..., 2 * H :].unbind(0), s[..., : 2 * H].unbind(0)
        u, r, content, gates = _by_step(a)
        for t, (before, after, products) in enumerate(zip(states, states[1:], s, strict=False)):
            torch.addmm(second, before, W_h, out=products)
            gates[t].add_(from_state[t]).sigmoid_()
            if words is not None:
                u[t].mul_(words[t])
            content[t].addcmul_(r[t], q[t]).tanh_()
            torch.lerp(before, content[t], u[t], out=after)
        ctx.save_for_backward(rows, a, s, states, W_x, W_h)
        return states[1:].transpose(0, 1)

    @staticmethod
    def backward(ctx: Any, grad_h: Tensor) -> tuple[Tensor | None, ...]:
        rows, a, s, states, W_x, W_h = ctx.saved_tensors
        H = grad_h.shape[2]
        u, r, _ = torch.split(a, H, dim=2)
        of_u, of_content = _slopes(a, states)
        of_q = of_content * r
        of_r = (of_q * s[..., 2 * H :]).mul_(1 - r)
        # The gradients of the pre-activations of u, r and q are these factors times that of h_t.
        factors = torch.stack([of_u, of_r, of_q], dim=2).unbind(0)
        grad_a, grad = torch.empty_like(a), _from_above(grad_h)
        blocks, steps = grad_a.view(*a.shape[:2], 3, H).unbind(0), grad_a.unbind(0)
        d, wide, kept, W_hT = grad.unbind(0), grad[:, :, None].unbind(0), (1 - u).unbind(0), W_h.T
        for t in reversed(range(len(a))):
            torch.mul(factors[t], wide[t + 1], out=blocks[t])
            d[t].addcmul_(d[t + 1], kept[t]).addmm_(steps[t], W_hT)
        grad_W_h, grad_b_h = _weight_gradient(states[:-1], grad_a), grad_a[..., 2 * H :].sum((0, 1))
        torch.mul(of_content, grad[1:], out=grad_a[..., 2 * H :])  # of h̃ instead of q
        grad_x, grad_W_x, grad_b = _inputs_back(grad_a, rows, W_x)
        return grad_x, d[0], grad_W_x, grad_W_h, grad_b, grad_b_h, None


class _ResetBefore(torch.autograd.Function):
    """h̃ = tanh(x W_xh + b + (r ∘ h_{t−1}) W_hh)."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, h_0: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor,
        words: Tensor | None,
    ) -> Tensor:  # fmt: skip
        rows, a, states = _begin(x, h_0, W_x, b)
        W_gates, W_hh = W_h.tensor_split([2 * h_0.shape[1]], dim=1)
        u, r, content, gates = _by_step(a)
        read = torch.empty_like(states[1:])  # r ∘ h_{t−1}
        for t, (before, after, passed) in enumerate(zip(states, states[1:], read, strict=False)):
            gates[t].addmm_(before, W_gates).sigmoid_()
            if words is not None:
                u[t].mul_(words[t])
            torch.mul(r[t], before, out=passed)
            content[t].addmm_(passed, W_hh).tanh_()
            torch.lerp(before, content[t], u[t], out=after)
        ctx.save_for_backward(rows, a, read, states, W_x, W_h)
        return states[1:].transpose(0, 1)

    @staticmethod
    def backward(ctx: Any, grad_h: Tensor) -> tuple[Tensor | None, ...]:
        rows, a, read, states, W_x, W_h = ctx.saved_tensors
        H = grad_h.shape[2]
        u, r, _ = torch.split(a, H, dim=2)
        of_u, of_content = _slopes(a, states)
        # The gradients of the pre-activations of u and h̃ are these factors times that of h_t.
        factors = torch.stack([of_u, of_content], dim=2).unbind(0)
        of_r, resets, kept = (read * (1 - r)).unbind(0), r.unbind(0), (1 - u).unbind(0)
        grad_a, grad = torch.empty_like(a), _from_above(grad_h)
        blocks = grad_a.view(*a.shape[:2], 3, H)[:, :, ::2].unbind(0)
        _, grad_r, content, gates = _by_step(grad_a)
        W_gatesT, W_hhT = W_h.T.tensor_split([2 * H])
        d, wide, passed = grad.unbind(0), grad[:, :, None].unbind(0), torch.empty_like(states[0])
        for t in reversed(range(len(a))):
            torch.mul(factors[t], wide[t + 1], out=blocks[t])
            torch.mm(content[t], W_hhT, out=passed)
            torch.mul(passed, of_r[t], out=grad_r[t])
            d[t].addcmul_(d[t + 1], kept[t]).addcmul_(passed, resets[t])
            d[t].addmm_(gates[t], W_gatesT)
        grad_gates = _weight_gradient(states[:-1], grad_a[..., : 2 * H])
        grad_W_h = torch.cat([grad_gates.T, _weight_gradient(read, grad_a[..., 2 * H :]).T]).T
        grad_x, grad_W_x, grad_b = _inputs_back(grad_a, rows, W_x)
        return grad_x, d[0], grad_W_x, grad_W_h, grad_b, None


def _begin(x: Tensor, h_0: Tensor, W_x: Tensor, b: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the rows of x `(T·N, D)`, x W_x + b `(T, N, 3H)`, and room for h_0 ... h_T."""
    N, T, D = x.shape
    rows = x.transpose(0, 1).reshape(T * N, D)
    states = h_0.new_empty(T + 1, *h_0.shape)
    states[0] = h_0
    return rows, torch.addmm(b, rows, W_x).view(T, N, -1), states


def _by_step(a: Tensor) -> tuple[tuple[Tensor, ...], ...]:
    """Return the blocks u, r, h̃ of `a: (T, N, 3H)` and both gates together, step by step."""
    H = a.shape[2] // 3
    return *(block.unbind(0) for block in torch.split(a, H, dim=2)), a[..., : 2 * H].unbind(0)


def _slopes(a: Tensor, states: Tensor) -> tuple[Tensor, Tensor]:
    """Return ∂h_t/∂(pre-activations of u and of h̃): (h̃ − h_{t−1}) u (1 − u) and u (1 − h̃²)."""
    u, _, content = a.chunk(3, 2)
    of_content = torch.addcmul(u, u, content.square(), value=-1)
    return (content - states[:-1]).mul_(u).mul_(1 - u), of_content


def _from_above(grad_h: Tensor) -> Tensor:
    """Return 0 for h_0, and the gradients of h_1 ... h_T from above, `(T + 1, N, H)`."""
    N, T, H = grad_h.shape
    grad = grad_h.new_zeros(T + 1, N, H)
    grad[1:] = grad_h.transpose(0, 1)
    return grad


def _weight_gradient(inputs: Tensor, grad: Tensor) -> Tensor:
    """Return Σ inputsᵀ grad over all steps and texts; it lies transposed, as the weights do."""
    return (grad.flatten(0, 1).T @ inputs.flatten(0, 1)).T


def _inputs_back(grad_a: Tensor, rows: Tensor, W_x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gradients of x `(N, T, D)`, W_x and b for the pre-activations' `(T, N, 3H)`."""
    by_row = grad_a.flatten(0, 1)
    grad_x = (by_row @ W_x.T).view(*grad_a.shape[:2], -1).transpose(0, 1)
    return grad_x, (by_row.T @ rows).T, by_row.sum(0)
