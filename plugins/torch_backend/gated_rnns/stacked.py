"""Stacked recurrent layers on tensors, with shortcut connections, and their dropout.

Source: CS224n lecture 7, sections 4.10 to 4.13; Britz et al., "Massive Exploration of Neural
Machine Translation Architectures" (2017); notes part III, section 2.3, for dropout.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from framework.interfaces import Model
from framework.models.parts import part
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


class RecurrentDropout(Model):
    """A recurrent layer that drops entries of x, or of its matrices with one mask for all steps."""

    def __init__(
        self,
        layer: Any,
        keep_probability: float,
        drop: Literal["inputs", "weights"] = "inputs",
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        if drop not in ("inputs", "weights"):
            raise ValueError(f"drop is 'inputs' or 'weights', not {drop!r}")
        self.drop = drop
        self.layer = self.add_child("_layer", layer)
        dropout, p = part("dropout"), keep_probability
        matrices = sorted(name for name, value in layer.parameters.items() if value.ndim == 2)
        self.dropouts: dict[str, Any] = {
            name: self.add_child(f"_drop_{name}", dropout(p, inverted=True, rng=rng))
            for name in (["x"] if drop == "inputs" else matrices)
        }

    @property
    def state(self) -> Any:
        """The state of the layer after the last step that `forward` read."""
        return self.layer.state

    def initial_state(self, batch_size: int) -> Any:
        """Return the state of the layer before the first step."""
        return self.layer.initial_state(batch_size)

    def forward(self, x: Tensor, state: Any = None, mask: Any = None) -> Tensor:
        """Return the states of the layer `(N, T, H)` for `x: (N, T, D)`."""
        h: Tensor
        if self.drop == "inputs":
            h = self.layer.forward(self.dropouts["x"].forward(to_tensor(x)), state, mask)
            return h
        whole = self.layer.parameters
        self._dropped = {name: one.forward(whole[name]) for name, one in self.dropouts.items()}
        with self._matrices(self._dropped):
            h = self.layer.forward(x, state, mask)
        return h

    def backward(self, grad_h: Tensor) -> tuple[Tensor, Any]:
        """Return the gradients of x `(N, T, D)` and of the first state."""
        if self.drop == "inputs":
            grad_x, grad_state = self.layer.backward(grad_h)
            return self.dropouts["x"].backward(grad_x), grad_state
        gradients = self.layer.gradients
        earlier = {name: gradients[name].clone() for name in self.dropouts}
        for name in earlier:
            gradients[name].zero_()
        with self._matrices(self._dropped):
            grad_x, grad_state = self.layer.backward(grad_h)
        for name, dropout in self.dropouts.items():
            gradients[name].copy_(earlier[name] + dropout.backward(gradients[name]))
        return grad_x, grad_state

    @contextmanager
    def _matrices(self, values: Mapping[str, Tensor]) -> Iterator[None]:
        """Let the layer compute with `values` as its matrices, in the memory of its own.

        `Tensor.data` is written: torch refuses a backward after a parameter was changed in place,
        but here the values of the forward pass are back by then.
        """
        parameters = self.layer.parameters
        whole = {name: parameters[name].clone() for name in values}
        try:
            _write(parameters, values)
            yield
        finally:
            _write(parameters, whole)


def _write(parameters: Mapping[str, Tensor], values: Mapping[str, Tensor]) -> None:
    for name, value in values.items():
        parameters[name].data.copy_(value)
