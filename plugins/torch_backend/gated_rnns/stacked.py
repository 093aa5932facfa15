"""Stacked recurrent layers on tensors, with shortcut connections.

Source: CS224n lecture 7, sections 4.10 to 4.13; Britz et al., "Massive Exploration of Neural
Machine Translation Architectures" (2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn import functional

from framework.interfaces import Model
from plugins.torch_backend.arrays import to_tensor


class Stacked(Model):
    """A deep recurrent network. Of the layers only their interface is used.

    Attributes:
        state: the states of all layers after the last step that `forward` read, a tuple.
    """

    state: tuple[Any, ...]

    def __init__(self, layers: Sequence[Any], skip: Literal["skip", "dense"] | None = None) -> None:
        super().__init__()
        if not layers:
            raise ValueError("a stack needs one layer at least")
        if len({id(layer) for layer in layers}) < len(layers):
            raise ValueError("one layer stands in two places: each needs weights of its own")
        if skip not in (None, "skip", "dense"):
            raise ValueError(f"skip is None, 'skip' or 'dense', not {skip!r}")
        self.skip = skip
        self.layers: list[Any] = [
            self.add_child(f"layer_{i}", layer) for i, layer in enumerate(layers, start=1)
        ]

    def initial_state(self, batch_size: int) -> tuple[Any, ...]:
        """Return the states of all layers before the first step, from below."""
        return tuple(layer.initial_state(batch_size) for layer in self.layers)

    def forward(self, x: Tensor, state: Sequence[Any] | None = None, mask: Any = None) -> Tensor:
        """Return the result `(N, T, H)` of `x: (N, T, D)`: that of the highest layer.

        Raises:
            ValueError: there is not one state for each layer.
        """
        x = to_tensor(x)
        states = [None] * len(self.layers) if state is None else state
        self._widths = []
        for layer, start in zip(self.layers, states, strict=True):
            h: Tensor = layer.forward(x, start, mask)
            self._widths.append(x.shape[-1])
            x = self._joined(x, h)
        self.state = tuple(layer.state for layer in self.layers)
        return h if self.skip == "dense" else x

    def backward(self, grad_h: Tensor) -> tuple[Tensor, tuple[Any, ...]]:
        """Return the gradients of x `(N, T, D)`, and of all first states, from below."""
        grad_states: list[Any] = []
        grad = grad_h
        if self.skip == "dense":  # there is no shortcut around the highest layer
            grad = functional.pad(grad_h, (self._widths[-1], 0))
        for layer, width in zip(reversed(self.layers), reversed(self._widths), strict=True):
            around, of_h = self._parted(grad, width)
            through, grad_state = layer.backward(of_h)
            grad = through if around is None else around + through
            grad_states.append(grad_state)
        return grad, tuple(reversed(grad_states))

    def _joined(self, x: Tensor, h: Tensor) -> Tensor:
        """Return the inputs of the next layer, from the inputs and states of this one."""
        if self.skip == "dense":
            return torch.cat([x, h], dim=-1)
        return x + h if self.skip == "skip" and x.shape == h.shape else h

    def _parted(self, grad: Tensor, width: int) -> tuple[Tensor | None, Tensor]:
        """Return the gradients of x, around the layer, and of h."""
        if self.skip == "dense":
            of_x, of_h = torch.tensor_split(grad, [width], dim=-1)
            return of_x, of_h
        return (grad if self.skip == "skip" and grad.shape[-1] == width else None), grad
