"""A recurrent layer in both directions.

Source: Schuster and Paliwal, "Bidirectional Recurrent Neural Networks" (1997).
"""

from __future__ import annotations

from typing import Any

from framework.interfaces import Model


class Bidirectional(Model):
    """y_t = [→h_t, ←h_t], of two layers one of which reads from the end.

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
        layers = self.forward_layer, self.backward_layer
        return layers[0].initial_state(batch_size), layers[1].initial_state(batch_size)

    def forward(self, x: Any, state: tuple[Any, Any] | None = None, mask: Any = None) -> Any:
        """Return all states y `(N, T, H_forward + H_backward)` of `x: (N, T, D)`."""
        start, end = (None, None) if state is None else state
        from_end = None if mask is None else self._reversed(mask)
        to_right = self.forward_layer.forward(x, start, mask)
        to_left = self.backward_layer.forward(self._reversed(x), end, from_end)
        self.state = self.forward_layer.state, self.backward_layer.state
        self._H = to_right.shape[-1]
        return self._arrays.namespace.concatenate([to_right, self._reversed(to_left)], -1)

    def backward(self, grad_y: Any) -> tuple[Any, tuple[Any, Any]]:
        """Return the gradients of x `(N, T, D)`, and of the states that the layers started from."""
        grad_x, grad_start = self.forward_layer.backward(grad_y[..., : self._H])
        grad, grad_end = self.backward_layer.backward(self._reversed(grad_y[..., self._H :]))
        return grad_x + self._reversed(grad), (grad_start, grad_end)

    def _reversed(self, x: Any) -> Any:
        return self._arrays.flip(x, 1)
