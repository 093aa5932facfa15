"""Stacked recurrent layers, and the dropout of recurrent layers on tensors.

Source: CS224n lecture 7, sections 4.10 to 4.13; Britz et al., "Massive Exploration of Neural
Machine Translation Architectures" (2017); notes part III, section 2.3, for dropout.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

import numpy as np
from torch import Tensor

from framework.interfaces import Model
from framework.models.parts import part
from framework.models.recurrent_networks import Stacked
from plugins.torch_backend.arrays import to_tensor

__all__ = ["RecurrentDropout", "Stacked"]


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
