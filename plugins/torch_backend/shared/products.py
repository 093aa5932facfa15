"""Matrix products on a CPU by the faster of two libraries, and a function of each entry.

Torch computes `a @ b` with MKL, which uses half of what processors of other makers than Intel can
do. Torch also contains oneDNN, whose kernels for single precision are fast on all of them. These
kernels can apply a function to each entry. `torch.compile` replaces `torch.nn.Linear` by this
operation. Where it is missing, and for other types and devices, ordinary operations are used.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

_ONEDNN = getattr(torch.ops.mkldnn, "_linear_pointwise", None)
#: The least number of multiplications for which oneDNN is faster.
_LEAST = 2**21
#: In place, by the names that oneDNN has for them.
_FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "none": lambda z: z,
    "tanh": Tensor.tanh_,
    "sigmoid": Tensor.sigmoid_,
}


def product(a: Tensor, b: Tensor, bias: Tensor | None = None, function: str = "none") -> Tensor:
    """function(a b + bias), without a graph: autograd does not know this operation.

    Args:
        a: `(M, K)`.
        b: `(K, C)`.
        bias: `(C,)`; None: 0.
        function: "tanh" or "sigmoid" of each entry; "none": the entry itself.

    Returns:
        `(M, C)`.
    """
    if _ONEDNN and _suits_onednn(a, b):
        if not (b.is_contiguous() or b.T.is_contiguous()):
            b = b.contiguous()  # oneDNN is a thousand times slower for a slice of columns
        return torch.as_tensor(_ONEDNN(a, b.T, bias, function, [], ""))
    return _FUNCTIONS[function](a @ b if bias is None else torch.addmm(bias, a, b))


def add_product(total: Tensor, a: Tensor, b: Tensor) -> None:
    """Add the product of `a: (M, K)` and `b: (K, C)` to `total: (M, C)` in place."""
    if _ONEDNN and _suits_onednn(a, b):
        total.add_(product(a, b))
    else:
        total.addmm_(a, b)


def _suits_onednn(a: Tensor, b: Tensor) -> bool:
    """Return whether oneDNN has a faster kernel for the product of these matrices."""
    is_large = a.numel() * b.shape[1] >= _LEAST
    return is_large and a.dtype == b.dtype == torch.float32 and a.device.type == "cpu"
