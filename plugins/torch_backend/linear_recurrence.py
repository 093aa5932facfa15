"""c_t = f_t ∘ c_{t−1} + e_t for all t, one after the other or as a parallel scan.

The steps compose: two of them in a row, (f, e) and then (f', e'), are the step (f' ∘ f, f' ∘ e + e').
Composing is associative, so that all T prefixes are found in ⌈log₂ T⌉ rounds, each of which handles
all times at once. That is T log T work instead of T, but a GPU waits for log T launches instead of
T. Nothing is divided: the products of gates in [0, 1] may underflow, which is harmless, where the
form with cumulative products, Π f Σ e / Π f, would divide by zero.

Source: Hillis and Steele, "Data Parallel Algorithms" (1986); Blelloch, "Prefix Sums and Their
Applications" (1990), section 1.4; Martin and Cundy, "Parallelizing Linear Recurrent Neural Nets
Over Sequence Length" (2018).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def linear_recurrence(
    f: Tensor, e: Tensor, c_0: Tensor, *, parallel: bool | None = None
) -> Tensor:
    """c_0 ... c_T with c_t = f_t ∘ c_{t−1} + e_t.

    Args:
        f: `(T, N, H)`, T ≥ 1.
        e: `(T, N, H)`.
        c_0: `(N, H)`.
        parallel: as a scan; None: where the tensors are on a GPU.

    Returns:
        c `(T + 1, N, H)`.
    """
    in_rounds = f.is_cuda if parallel is None else parallel
    c: Tensor = _Recurrence.apply(f, e, c_0, in_rounds)  # type: ignore[no-untyped-call]  # torch's
    return c


class _Recurrence(torch.autograd.Function):
    """The way back is a recurrence of the same kind, ∂c_t = f_{t+1} ∘ ∂c_{t+1} + ∂c_t from above."""

    @staticmethod
    def forward(ctx: Any, f: Tensor, e: Tensor, c_0: Tensor, parallel: bool) -> Tensor:
        c = torch.cat([c_0[None], e])
        (_scan if parallel else _steps)(f, c)
        ctx.save_for_backward(f, c)
        ctx.parallel = parallel
        return c

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        f, c = ctx.saved_tensors
        if ctx.parallel:
            total = grad.flip(0)
            _scan(f.flip(0), total)
            total = total.flip(0)
        else:
            total = grad.clone()
            _steps_back(f, total)
        return total[1:] * c[:-1], total[1:], total[0], None


def _steps(f: Tensor, c: Tensor) -> None:
    """c[t + 1] += f[t] ∘ c[t], in place, in the order of time."""
    steps = c.unbind(0)
    for gate, before, after in zip(f.unbind(0), steps, steps[1:], strict=False):
        after.addcmul_(gate, before)


def _steps_back(f: Tensor, grad: Tensor) -> None:
    """grad[t] += f[t] ∘ grad[t + 1], in place, from the end."""
    steps = grad.unbind(0)
    for t in reversed(range(len(f))):
        steps[t].addcmul_(f[t], steps[t + 1])


def _scan(f: Tensor, c: Tensor) -> None:
    """The same as `_steps`; after a round with `reach` r, each c knows of the 2r before it."""
    gates, reach = f.clone(), 1
    while reach < len(c):
        c[reach:] = torch.addcmul(c[reach:], gates[reach - 1 :], c[:-reach])
        gates[reach:] = gates[reach:] * gates[:-reach]
        reach *= 2
