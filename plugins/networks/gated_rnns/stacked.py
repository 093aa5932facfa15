"""Stacked recurrent layers, and the dropout of recurrent layers.

Source: CS224n lecture 7, sections 4.10 to 4.13; Britz et al. (2017); Gal and Ghahramani (2016).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


class Stacked(Model):
    """A deep recurrent network: the states of a layer are the inputs of the next one.

    Attributes:
        state: the states of all layers after the last step that `forward` read, a tuple.

    Source: CS224n lecture 7, sections 4.10 to 4.13; Britz et al. (2017).
    """

    state: tuple[Any, ...]

    def __init__(
        self, layers: Sequence[Any], skip: Literal["residual", "dense"] | None = None
    ) -> None:
        super().__init__()
        if not layers:
            raise ValueError("a stack needs one layer at least")
        if len({id(layer) for layer in layers}) < len(layers):
            raise ValueError("one layer stands in two places: each needs weights of its own")
        if skip not in (None, "residual", "dense"):
            raise ValueError(f"skip is None, 'residual' or 'dense', not {skip!r}")
        self.skip = skip
        self.layers = [
            self.add_child(f"layer_{i}", layer) for i, layer in enumerate(layers, start=1)
        ]

    def initial_state(self, batch_size: int) -> tuple[Any, ...]:
        """Return the states of all layers before the first step, from below."""
        return tuple(layer.initial_state(batch_size) for layer in self.layers)

    def forward(self, x: Any, state: Sequence[Any] | None = None, mask: Any = None) -> Any:
        """Return the result `(N, T, H)` of `x: (N, T, D)`: that of the highest layer.

        Raises:
            ValueError: there is not one state for each layer.
        """
        states = [None] * len(self.layers) if state is None else state
        self._widths = []
        for layer, start in zip(self.layers, states, strict=True):
            h = layer.forward(x, start, mask)
            self._widths.append(x.shape[-1])
            if self.skip == "dense" and layer is not self.layers[-1]:
                x = self._arrays.namespace.concatenate([x, h], -1)
            else:
                x = x + h if self.skip == "residual" and x.shape == h.shape else h
        self.state = tuple(layer.state for layer in self.layers)
        return x

    def backward(self, grad_h: Any) -> tuple[Any, tuple[Any, ...]]:
        """Return the gradients of x `(N, T, D)`, and of all first states, from below."""
        grad_states: list[Any] = []
        for layer, width in zip(reversed(self.layers), reversed(self._widths), strict=True):
            around, of_h = None, grad_h
            if self.skip == "dense" and layer is not self.layers[-1]:
                around, of_h = grad_h[..., :width], grad_h[..., width:]
            elif self.skip == "residual" and grad_h.shape[-1] == width:
                around = grad_h
            grad_h, grad_state = layer.backward(of_h)
            grad_h = grad_h if around is None else around + grad_h
            grad_states.insert(0, grad_state)
        return grad_h, tuple(grad_states)


class RecurrentDropout(Model):
    """A recurrent layer that drops entries of x, or of its matrices with one mask for all steps.

    Source: Zaremba et al. (2014); Gal and Ghahramani (2016); Merity et al. (2018).
    """

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
        matrices = sorted(name for name, value in layer.parameters.items() if value.ndim == 2)
        self.dropouts: dict[str, Any] = {}
        for name in ["x"] if drop == "inputs" else matrices:
            dropout = part("dropout")(keep_probability, inverted=True, rng=rng)
            self.dropouts[name] = self.add_child(f"_drop_{name}", dropout)

    @property
    def state(self) -> Any:
        """The state of the layer after the last step that `forward` read."""
        return self.layer.state

    def initial_state(self, batch_size: int) -> Any:
        """Return the state of the layer before the first step."""
        return self.layer.initial_state(batch_size)

    def forward(self, x: Any, state: Any = None, mask: Any = None) -> Any:
        """Return the states of the layer `(N, T, H)` for `x: (N, T, D)`."""
        if self.drop == "inputs":
            return self.layer.forward(self.dropouts["x"].forward(x), state, mask)
        whole = self.layer.parameters
        self._dropped = {name: drop.forward(whole[name]) for name, drop in self.dropouts.items()}
        with _replaced(self.layer.parameters, self._dropped):
            return self.layer.forward(x, state, mask)

    def backward(self, grad_h: Any) -> tuple[Any, Any]:
        """Return the gradients of x `(N, T, D)` and of the first state."""
        if self.drop == "inputs":
            grad_x, grad_state = self.layer.backward(grad_h)
            return self.dropouts["x"].backward(grad_x), grad_state
        gradients, zeros_like = self.layer.gradients, self._arrays.zeros_like
        zeros = {name: zeros_like(value) for name, value in self._dropped.items()}
        with _replaced(self.layer.parameters, self._dropped), _replaced(gradients, zeros):
            grad_x, grad_state = self.layer.backward(grad_h)
            own = {name: gradients[name] for name in zeros}
        for name, dropout in self.dropouts.items():
            gradients[name] += dropout.backward(own[name])
        return grad_x, grad_state


@contextmanager
def _replaced(arrays: Any, others: Mapping[str, Any]) -> Iterator[None]:
    """Put `others` into `arrays` for the block."""
    before = {name: arrays[name] for name in others}
    arrays.update(others)
    try:
        yield
    finally:
        arrays.update(before)
