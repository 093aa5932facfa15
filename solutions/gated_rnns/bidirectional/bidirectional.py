"""A bidirectional recurrent layer (CS224n lecture 7, sections 4.5 to 4.9)."""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Array, Model


class Bidirectional(Model):
    """Two recurrent layers that read the same sequence in opposite directions.

    Args:
        forward, backward: two layers with `forward(x, state, mask)`, `state` and
            `backward(grad_h)` -> grad_x, grad_state. The second reads from the last word.

    Raises: ValueError if both are the same layer.
    """

    state: tuple[Any, Any]

    def __init__(self, forward: Model, backward: Model) -> None:
        super().__init__()
        if forward is backward:
            raise ValueError("forward and backward are one layer: each needs weights of its own")
        self.forward_layer: Any = self.add_child("forward_layer", forward)
        self.backward_layer: Any = self.add_child("backward_layer", backward)

    def initial_state(self, batch_size: int) -> tuple[Any, Any]:
        """Given: return the states that both layers start from."""
        return (
            self.forward_layer.initial_state(batch_size),
            self.backward_layer.initial_state(batch_size),
        )

    def forward(
        self, x: Array, state: tuple[Any, Any] | None = None, mask: Array | None = None
    ) -> Array:
        """Return y `(N, T, H_forward + H_backward)`, a new array; keep both states in `self.state`.

        Args:
            x: `(N, T, D)`, any T ≥ 1.
            state: the first state of each layer, a tuple; None: each layer's own.
            mask: `(N, T)`, False where there is no word: both states stay. None: words everywhere.
        """
        # BEGIN SOLUTION: let both layers read, each in its order; put their states side by side
        start, end = (None, None) if state is None else state
        reversed_mask = None if mask is None else mask[:, ::-1]
        to_right = self.forward_layer.forward(x, start, mask)
        to_left = self.backward_layer.forward(x[:, ::-1], end, reversed_mask)
        self.state = self.forward_layer.state, self.backward_layer.state
        self._H = to_right.shape[-1]
        return np.concatenate([to_right, to_left[:, ::-1]], axis=-1)
        # END SOLUTION

    def backward(self, grad_y: Array) -> tuple[Array, tuple[Any, Any]]:
        """Return grad_x and the gradients of both first states. grad_y is not modified."""
        # BEGIN SOLUTION: split the gradient; reverse the part of ←h, and what its layer returns
        to_right, to_left = np.split(grad_y, [self._H], axis=-1)
        grad_x, grad_start = self.forward_layer.backward(to_right)
        grad_reversed_x, grad_end = self.backward_layer.backward(to_left[:, ::-1])
        return grad_x + grad_reversed_x[:, ::-1], (grad_start, grad_end)
        # END SOLUTION
