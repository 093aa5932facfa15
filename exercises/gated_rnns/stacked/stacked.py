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
        # TODO: call initial_state of every layer
        raise NotImplementedError

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
        # TODO: run the layers, and keep what backward needs
        raise NotImplementedError

    def backward(self, grad_h: Array) -> tuple[Array, tuple[Any, ...]]:
        """Return grad_x and those of all first states, a tuple. grad_h is not modified."""
        # TODO: for each layer, the gradient of h and the one around it
        raise NotImplementedError


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
        # TODO: put W ∘ m into the matrices, run the layer, and put the old values back
        raise NotImplementedError

    def backward(self, grad_h: Array) -> tuple[Array, Any]:
        """Add and return gradients as the layer does. grad_h is not modified."""
        # TODO: the layer adds to its gradients; only what it adds is multiplied by m
        raise NotImplementedError
