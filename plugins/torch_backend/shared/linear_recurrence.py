"""c_t = f_t ∘ c_{t−1} + e_t for all t: one after the other, or all at once as a parallel scan.

Steps compose: (f, e) and then (f', e') are together the step (f' ∘ f, f' ∘ e + e'). Composition is
associative, so ⌈log₂ T⌉ rounds compute all T prefixes, and each round handles all times at once.
That is T log T work instead of T, but a GPU waits for log T launches instead of T. Nothing is
divided: products of gates in [0, 1] may underflow. The form with cumulative products,
Π f Σ (e / Π f), would then divide by zero.

Source: Hillis and Steele, "Data Parallel Algorithms" (1986); Blelloch, "Prefix Sums and Their
Applications" (1990), section 1.4; Martin and Cundy, "Parallelizing Linear Recurrent Neural Nets
Over Sequence Length" (2018).
"""

from __future__ import annotations

from torch import Tensor


def linear_recurrence(f: Tensor, c: Tensor, *, parallel: bool | None = None) -> None:
    """Add f_t ∘ c_{t−1} to c_t for t = 1 ... T, in place: c_0 is there already, and e_t in c_t.

    Args:
        f: f_1 ... f_T, `(T, N, H)`, T ≥ 1.
        c: c_0, e_1 ... e_T, `(T + 1, N, H)`; c_0 ... c_T afterwards.
        parallel: as a scan; None: where the tensors are on a GPU.
    """
    if f.is_cuda if parallel is None else parallel:
        _scan(f, c)
    else:
        steps = c.unbind(0)
        for gate, before, after in zip(f.unbind(0), steps[:-1], steps[1:], strict=True):
            after.addcmul_(gate, before)


def linear_recurrence_back(f: Tensor, grad: Tensor, *, parallel: bool | None = None) -> None:
    """Run backward: add f_{t+1} ∘ ∂c_{t+1} to ∂c_t for t = T − 1 ... 0, in place.

    Args:
        f: f_1 ... f_T, `(T, N, H)`.
        grad: ∂c_0 ... ∂c_T from above, `(T + 1, N, H)`; those from later steps are added.
        parallel: as in `linear_recurrence`.
    """
    if f.is_cuda if parallel is None else parallel:
        mirrored = grad.flip(0)
        _scan(f.flip(0), mirrored)
        grad.copy_(mirrored.flip(0))
    else:
        steps = grad.unbind(0)
        for gate, before, after in reversed(list(zip(f, steps[:-1], steps[1:], strict=True))):
            before.addcmul_(gate, after)


def _scan(f: Tensor, c: Tensor) -> None:
    """Compute the recurrence in rounds; after a round, c_t contains the last 2 · `reach` terms.

    Each round adds to c_t the current c_{t−reach}, times the product of the `reach` gates between.
    `gates[t − 1]` is this product; it is not used where t < reach.
    """
    gates, reach = f.clone(), 1
    while reach < len(c):
        # By methods: `c[reach:] += ...` would copy the sum onto itself once more.
        c[reach:].add_(gates[reach - 1 :] * c[:-reach])
        if 2 * reach < len(c):
            gates[reach:].mul_(gates[:-reach].clone())
        reach *= 2
