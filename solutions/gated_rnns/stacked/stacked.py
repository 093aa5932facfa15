"""Stacked recurrent layers, and their dropout (CS224n lecture 7, 4.10 to 4.13; notes 2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part


class Stacked(Model):
    """A deep recurrent network: the states of a layer are the inputs of the next one.

    Args:
        layers: recurrent layers from the lowest to the highest.
        skip: what the next layer reads: the states h of a layer (None), their sum with the input x
            of that layer ("residual"), or [x, h] ("dense").

    Raises: ValueError for no layer at all, one layer twice, or an unknown `skip`.
    """

    state: tuple[Any, ...]

    def __init__(
        self, layers: Sequence[Model], skip: Literal["residual", "dense"] | None = None
    ) -> None:
        super().__init__()
        if not layers:
            raise ValueError("a stack needs one layer at least")
        if len({id(layer) for layer in layers}) < len(layers):
            raise ValueError("one layer stands in two places: each needs weights of its own")
        if skip not in (None, "residual", "dense"):
            raise ValueError(f"skip is None, 'residual' or 'dense', not {skip!r}")
        self.skip = skip
        self.layers: list[Any] = [
            self.add_child(f"layer_{i}", layer) for i, layer in enumerate(layers, start=1)
        ]

    def initial_state(self, batch_size: int) -> tuple[Any, ...]:
        """Return the first states of all layers, a tuple from below."""
        # BEGIN SOLUTION: call initial_state of every layer
        return tuple(layer.initial_state(batch_size) for layer in self.layers)
        # END SOLUTION

    def forward(
        self, x: Array, state: Sequence[Any] | None = None, mask: Array | None = None
    ) -> Array:
        """Run all layers; return what a further layer would read, with "dense" only the highest h.

        Keeps the last states in `self.state`. With "residual", a layer that changes the number of
        features has no connection around it.

        Args:
            x: `(N, T, D)`, any T ≥ 1.
            state: the first state of each layer, a tuple from below; None: each layer's own.
            mask: `(N, T)`, False where there is no word. None: words everywhere.

        Raises: ValueError for a wrong number of states or of features.
        """
        # BEGIN SOLUTION: run the layers, and keep what backward needs
        states = [None] * len(self.layers) if state is None else state
        self._widths = []
        for layer, start in zip(self.layers, states, strict=True):
            h = layer.forward(x, start, mask)
            self._widths.append(x.shape[-1])
            x = self._joined(x, h)
        self.state = tuple(layer.state for layer in self.layers)
        return h if self.skip == "dense" else x

    def _joined(self, x: Array, h: Array) -> Array:
        """Combine the input x and the states h of a layer into the input of the next one."""
        if self.skip == "dense":
            return np.concatenate([x, h], axis=-1)
        return x + h if self.skip == "residual" and x.shape == h.shape else h
        # END SOLUTION

    def backward(self, grad_h: Array) -> tuple[Array, tuple[Any, ...]]:
        """Return grad_x and those of all first states, a tuple. grad_h is not modified."""
        # BEGIN SOLUTION: for each layer, the gradient of h and the one around it
        grad_states: list[Any] = []
        grad = grad_h
        if self.skip == "dense":  # the result was only h: no gradient goes around that layer
            rest = np.zeros((*grad_h.shape[:-1], self._widths[-1]), grad_h.dtype)
            grad = np.concatenate([rest, grad_h], axis=-1)
        for layer, width in zip(reversed(self.layers), reversed(self._widths), strict=True):
            around, of_h = self._parted(grad, width)
            through, grad_state = layer.backward(of_h)
            grad = through if around is None else around + through
            grad_states.append(grad_state)
        return grad, tuple(reversed(grad_states))

    def _parted(self, grad: Array, width: int) -> tuple[Array | None, Array]:
        """Split the gradient of `_joined`: that of x, around the layer, and that of h."""
        if self.skip == "dense":
            return grad[..., :width], grad[..., width:]
        return (grad if self.skip == "residual" and grad.shape[-1] == width else None), grad
        # END SOLUTION


class RecurrentDropout(Model):
    """A recurrent layer that drops, in training, only what does not erase its memory.

    Args:
        keep_probability: p, in (0, 1]; kept entries are divided by it.
        drop: "inputs": entries of x, with a new mask at every step. "weights": entries of all
            matrices of the layer, with one mask for all steps.

    Attribute `dropouts`: your `Dropout` layers: for "x", or for each matrix of the layer, by name.
    Raises: ValueError for an unknown `drop`.
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
        self.dropouts: dict[str, Any] = {
            name: self.add_child(
                f"_drop_{name}", part("dropout")(keep_probability, inverted=True, rng=rng)
            )
            for name in (["x"] if drop == "inputs" else matrices)
        }

    @property
    def state(self) -> Any:
        """Given: return the last state of the layer."""
        return self.layer.state

    def initial_state(self, batch_size: int) -> Any:
        """Given: return the first state of the layer."""
        return self.layer.initial_state(batch_size)

    def forward(self, x: Array, state: Any = None, mask: Array | None = None) -> Array:
        """Return the states h of the layer, on dropped inputs or with dropped matrices.

        Masks are drawn in the order of `dropouts`, once in each call. After it, the parameters of
        the layer have their own values again. x is not modified.
        """
        # BEGIN SOLUTION: put W ∘ m into the matrices, run the layer, and put the old values back
        if self.drop == "inputs":
            return self.layer.forward(self.dropouts["x"].forward(x), state, mask)
        parameters = self.layer.parameters
        self._dropped = {
            name: dropout.forward(parameters[name]) for name, dropout in self.dropouts.items()
        }
        whole = self._exchange(self._dropped)
        h = self.layer.forward(x, state, mask)
        self._exchange(whole)
        return h

    def _exchange(self, values: dict[str, Array]) -> dict[str, Array]:
        """Put `values` into the matrices of the layer, and return those that were there."""
        before = {name: self.layer.parameters[name].copy() for name in values}
        for name, value in values.items():
            self.layer.parameters[name][...] = value
        return before
        # END SOLUTION

    def backward(self, grad_h: Array) -> tuple[Array, Any]:
        """Add and return gradients as the layer does. grad_h is not modified."""
        # BEGIN SOLUTION: the layer adds to its gradients; only what it adds is multiplied by m
        if self.drop == "inputs":
            grad_x, grad_state = self.layer.backward(grad_h)
            return self.dropouts["x"].backward(grad_x), grad_state
        gradients = self.layer.gradients
        earlier = {name: gradients[name].copy() for name in self.dropouts}
        for name in earlier:
            gradients[name][...] = 0.0
        whole = self._exchange(self._dropped)
        grad_x, grad_state = self.layer.backward(grad_h)
        self._exchange(whole)
        for name, dropout in self.dropouts.items():
            gradients[name][...] = earlier[name] + dropout.backward(gradients[name])
        return grad_x, grad_state
        # END SOLUTION
