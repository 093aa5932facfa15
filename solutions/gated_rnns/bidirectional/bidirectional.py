"""A bidirectional recurrent layer: the state of a word depends on the words before and after it.

Source: CS224n lecture 7, sections 4.5 to 4.9; Schuster and Paliwal, "Bidirectional Recurrent
Neural Networks" (1997).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Array, Model


class Bidirectional(Model):
    """Two recurrent layers that read the same sequence in opposite directions.

    Args:
        forward: the layer that reads from the first word to the last: an RNN, LSTM, GRU, ... with
            `forward(x, state, mask)`, `backward(grad_h)` -> grad_x, grad_state, and the attribute
            `state`.
        backward: another layer, with its own weights, that reads from the last word to the first.

    Parameters:
        those of the layers, as ``forward_layer.NAME`` and ``backward_layer.NAME``.

    Attributes:
        state: the last state of each layer, as a tuple: that of `forward` after the last word, that
            of `backward` after the first one.

    Raises:
        ValueError: both are the same layer.
    """

    state: tuple[Any, Any]

    def __init__(self, forward: Model, backward: Model) -> None:
        super().__init__()
        if forward is backward:
            raise ValueError("forward and backward are one layer: each needs weights of its own")
        self.forward_layer: Any = self.add_child("forward_layer", forward)
        self.backward_layer: Any = self.add_child("backward_layer", backward)

    def initial_state(self, batch_size: int) -> tuple[Any, Any]:
        """Given: the states that both layers start from."""
        return (
            self.forward_layer.initial_state(batch_size),
            self.backward_layer.initial_state(batch_size),
        )

    def forward(
        self, x: Array, state: tuple[Any, Any] | None = None, mask: Array | None = None
    ) -> Array:
        """Return the states of both layers; with →h and ←h for the states of each:

            →h_t = forward(x_t, →h_{t−1})     for t = 1, 2, ... T
            ←h_t = backward(x_t, ←h_{t+1})    for t = T, T−1, ... 1
            y_t = [→h_t, ←h_t]

        Where a sequence has no word, →h_t = →h_{t−1} and ←h_t = ←h_{t+1}. The layers do this if
        each gets the mask in its own order of steps. Keeps the last states in `self.state`.

        Args:
            x: `(N, T, D)`, any T ≥ 1.
            state: what each layer starts from, →h_0 and ←h_{T+1}; None: each from its first state.
            mask: `(N, T)`, False where a sequence has no word at that step; None: words everywhere.

        Returns:
            y: `(N, T, H_forward + H_backward)`, a new array.
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
        """Send each layer its part of the gradient, in the order in which it read.

        Args:
            grad_y: `(N, T, H_forward + H_backward)`. Not modified.

        Returns:
            grad_x `(N, T, D)`, with two terms for each x_t; and the gradients of →h_0 and ←h_{T+1}.
        """
        # BEGIN SOLUTION: split the gradient; reverse the part of ←h, and what its layer returns
        to_right, to_left = np.split(grad_y, [self._H], axis=-1)
        grad_x, grad_start = self.forward_layer.backward(to_right)
        grad_reversed_x, grad_end = self.backward_layer.backward(to_left[:, ::-1])
        return grad_x + grad_reversed_x[:, ::-1], (grad_start, grad_end)
        # END SOLUTION
