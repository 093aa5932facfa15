"""Matrix products on a CPU by the faster of two libraries.

Torch computes `a @ b` with MKL, which uses half of what the processors of other makers can do, but
brings oneDNN along, whose kernels for single precision are as good on all of them. The operation is
the one that `torch.compile` puts in place of `torch.nn.Linear`; where it is missing, or for other
types and devices, the ordinary product serves.
"""

from __future__ import annotations

import torch
from torch import Tensor

_ONEDNN = getattr(torch.ops.mkldnn, "_linear_pointwise", None)


def product(a: Tensor, b: Tensor, bias: Tensor | None = None) -> Tensor:
    """a b + bias, without a graph: it is no operation that autograd knows.

    Args:
        a: `(M, K)`.
        b: `(K, C)`.
        bias: `(C,)`; None: 0.

    Returns:
        `(M, C)`.
    """
    if _ONEDNN and a.device.type == "cpu" and a.dtype == b.dtype == torch.float32:
        return torch.as_tensor(_ONEDNN(a, b.T, bias, "none", [], ""))
    return a @ b if bias is None else torch.addmm(bias, a, b)
