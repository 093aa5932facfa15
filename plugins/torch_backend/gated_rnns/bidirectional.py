"""A bidirectional recurrent layer on tensors: two layers, one of which reads from the end.

Source: CS224n lecture 7, sections 4.5 to 4.9; Schuster and Paliwal, "Bidirectional Recurrent
Neural Networks" (1997).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from framework.interfaces import Model
from plugins.torch_backend.arrays import to_tensor
from plugins.torch_backend.shared.packing import reversed_mask


class Bidirectional(Model):
    """y_t = [→h_t, ←h_t]. Of the layers only their interface is used.

    Attributes:
        state: the last state of each layer, as a tuple.
    """

    state: tuple[Any, Any]

    def __init__(self, forward: Any, backward: Any) -> None:
        super().__init__()
        if forward is backward:
            raise ValueError("forward and backward are one layer: each needs weights of its own")
        self.forward_layer = self.add_child("forward_layer", forward)
        self.backward_layer = self.add_child("backward_layer", backward)

    def initial_state(self, batch_size: int) -> tuple[Any, Any]:
        """Return the states that both layers start from."""
        return (
            self.forward_layer.initial_state(batch_size),
            self.backward_layer.initial_state(batch_size),
        )

    def forward(self, x: Tensor, state: tuple[Any, Any] | None = None, mask: Any = None) -> Tensor:
        """Return all states y `(N, T, H_forward + H_backward)` of `x: (N, T, D)`."""
        x = to_tensor(x)
        start, end = (None, None) if state is None else state
        from_end = None if mask is None else reversed_mask(mask)
        to_right = self.forward_layer.forward(x, start, mask)
        to_left = self.backward_layer.forward(x.flip(1), end, from_end)
        self.state = self.forward_layer.state, self.backward_layer.state
        self._H = to_right.shape[-1]
        return torch.cat([to_right, to_left.flip(1)], dim=-1)

    def backward(self, grad_y: Tensor) -> tuple[Tensor, tuple[Any, Any]]:
        """Return the gradients of x `(N, T, D)`, and of the states that the layers started from."""
        to_right, to_left = torch.tensor_split(grad_y, [self._H], dim=-1)
        grad_x, grad_start = self.forward_layer.backward(to_right)
        grad_reversed_x, grad_end = self.backward_layer.backward(to_left.flip(1))
        return grad_x + grad_reversed_x.flip(1), (grad_start, grad_end)
