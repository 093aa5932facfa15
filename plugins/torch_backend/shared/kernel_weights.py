"""The weights of a recurrent layer in the layout of a kernel of torch, copied all at once."""

from __future__ import annotations

from collections.abc import Sequence
from operator import is_

import torch
from torch import Tensor


class KernelWeights:
    """Copies of W_x, W_h and b whose rows are the columns here, with the last two blocks exchanged.

    All lie in one block of memory, which cuDNN requires, followed by a second bias of zeros.

    Args:
        parameters: W_x `(D, 4H)`, W_h `(H, 4H)` and b `(4H,)`: the blocks i, f, o, g.
        gradients: of the parameters, by name.

    Attributes:
        second_bias: zeros `(4H,)`.
    """

    def __init__(self, parameters: Sequence[Tensor], gradients: Sequence[Tensor]) -> None:
        self._own = *parameters, *gradients
        sizes = [tensor.numel() for tensor in parameters]
        memory = parameters[0].new_zeros(sum(sizes) + len(parameters[-1]))
        *places, self.second_bias = memory.split_with_sizes([*sizes, len(parameters[-1])])
        self._places = [
            block.view(tensor.t().shape) for block, tensor in zip(places, parameters, strict=True)
        ]
        # Blocks of one order here and in the kernel, so that a list of copies is one call.
        self._here = [block for tensor in parameters for block in _blocks(tensor.t())]
        self._there = [block for tensor in self._places for block in _exchanged(tensor)]
        self._back = [block for tensor in gradients for block in _blocks(tensor.t())]

    def is_of(self, parameters: Sequence[Tensor], gradients: Sequence[Tensor]) -> bool:
        """Return whether these tensors are still those of the layer."""
        return all(map(is_, self._own, (*parameters, *gradients)))

    @torch.no_grad()
    def loaded(self) -> list[Tensor]:
        """Copy the parameters, and return the kernel's weights."""
        torch._foreach_copy_(self._there, self._here)
        return self._places

    @torch.no_grad()
    def add(self, gradients: Sequence[Tensor]) -> None:
        """Add gradients of the kernel's weights to those of the parameters."""
        torch._foreach_add_(
            self._back, [block for gradient in gradients for block in _exchanged(gradient)]
        )


def _blocks(rows: Tensor) -> tuple[Tensor, ...]:
    """Return the blocks i and f together, o, and g."""
    H = len(rows) // 4
    return rows.split_with_sizes([2 * H, H, H])


def _exchanged(rows: Tensor) -> tuple[Tensor, ...]:
    """Return the same blocks of the kernel, which has i, f, g, o."""
    both, g, o = _blocks(rows)
    return both, o, g
