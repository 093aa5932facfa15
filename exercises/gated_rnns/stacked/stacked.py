"""Stacked recurrent layers, with skip or dense connections around them, and their dropout.

Source: CS224n lecture 7, sections 4.10 to 4.13; Britz et al., "Massive Exploration of Neural
Machine Translation Architectures" (2017), for the depth and the connections. Notes part III,
section 2.3; Zaremba et al., "Recurrent Neural Network Regularization" (2014), for dropout.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part


class Stacked(Model):
    """A deep recurrent network: the states of a layer are the inputs of the next one.

    Args:
        layers: recurrent layers (RNN, LSTM, GRU, ...) from the lowest to the highest, each with
            `forward(x, state, mask)`, `backward(grad_h)` -> grad_x, grad_state, `initial_state`
            and the attribute `state`.
        skip: what the next layer reads: the states h of a layer (None), their sum with the input x
            of that layer ("skip"), or both, concatenated ("dense").

    Parameters:
        those of the layers, from below, as ``layer_1.NAME``, ``layer_2.NAME``, ...

    Attributes:
        state: the states of all layers after the last step that `forward` read, a tuple.

    Raises:
        ValueError: no layer at all, one layer twice, or an unknown `skip`.
    """

    state: tuple[Any, ...]

    def __init__(
        self, layers: Sequence[Model], skip: Literal["skip", "dense"] | None = None
    ) -> None:
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
        """Return the states of all layers before the first step, a tuple from below."""
        # TODO: call initial_state of every layer
        raise NotImplementedError

    def forward(
        self, x: Array, state: Sequence[Any] | None = None, mask: Array | None = None
    ) -> Array:
        """Run all layers over the whole sequence; for l = 1 ... L, from x⁽¹⁾ = x:

            h⁽ˡ⁾ = layer l (x⁽ˡ⁾)
            x⁽ˡ⁺¹⁾ = h⁽ˡ⁾                without connections
            x⁽ˡ⁺¹⁾ = x⁽ˡ⁾ + h⁽ˡ⁾         "skip"; h⁽ˡ⁾ where the layer changes the number of features
            x⁽ˡ⁺¹⁾ = [x⁽ˡ⁾, h⁽ˡ⁾]        "dense": a layer reads x and all states below it

        Keeps the last states in `self.state`.

        Args:
            x: `(N, T, D)`, any T ≥ 1.
            state: the first state of each layer, in the form of `initial_state` and `self.state`;
                None: each layer starts from its own initial state.
            mask: `(N, T)`, False where a sequence has no word at that step; None: words everywhere.

        Returns:
            x⁽ᴸ⁺¹⁾; with "dense" only h⁽ᴸ⁾. `(N, T, H)` with the H of the highest layer.

        Raises:
            ValueError: the number of states is not that of the layers, or a layer does not accept
                the number of features that it gets.
        """
        # TODO: run the layers, and keep what backward needs
        raise NotImplementedError

    def backward(self, grad_h: Array) -> tuple[Array, tuple[Any, ...]]:
        """Send the gradient back from the highest layer to the lowest.

        The input of a layer gets a gradient through that layer. With "skip" and "dense", the
        gradient around the layer is added.

        Args:
            grad_h: gradient of what `forward` returned, `(N, T, H)`. Not modified.

        Returns:
            grad_x `(N, T, D)`, and the gradients of all first states, a tuple from below.
        """
        # TODO: for each layer, the gradient of h and the one around it
        raise NotImplementedError


class RecurrentDropout(Model):
    """A recurrent layer that drops, in training, only what does not erase its memory.

    Kept entries are divided by p, so that at test time this is the layer itself.

    Args:
        layer: a recurrent layer.
        keep_probability: p, in (0, 1].
        drop: "inputs": entries of x, with a new mask at every step; the states are never dropped.
            "weights": entries of all matrices of the layer, with one mask for all steps.
        rng: draws the masks.

    Parameters:
        those of the layer, with the names that they have there.

    Attributes:
        dropouts: your `Dropout` layers: one for "x", or one for each matrix of the layer, by name.

    Raises:
        ValueError: an unknown `drop`.
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
        """Given: return the state of the layer after the last step that `forward` read."""
        return self.layer.state

    def initial_state(self, batch_size: int) -> Any:
        """Given: return the state of the layer before the first step."""
        return self.layer.initial_state(batch_size)

    def forward(self, x: Array, state: Any = None, mask: Array | None = None) -> Array:
        """Return the states h of the layer for all steps.

            "inputs":    h = layer(x ∘ m)
            "weights":   the layer computes with W ∘ m_W for each of its matrices W

        The masks of the matrices are drawn in the order of `dropouts`, once in each call. After the
        call, the parameters of the layer have their own values again.

        Args:
            x: `(N, T, D)`. Not modified.
            state: the first state of the layer; None: its initial state.
            mask: `(N, T)`, False where a sequence has no word; None: words everywhere.

        Returns:
            `(N, T, H)`.
        """
        # TODO: put W ∘ m into the matrices, run the layer, and put the old values back
        raise NotImplementedError

    def backward(self, grad_h: Array) -> tuple[Array, Any]:
        """Add the gradients of the layer's parameters, with the masks of the last `forward`.

            "weights":   ∂J/∂W += ∂J/∂(W ∘ m_W) ∘ m_W

        Args:
            grad_h: `(N, T, H)`. Not modified.

        Returns:
            grad_x `(N, T, D)`, and the gradient of the first state.
        """
        # TODO: the layer adds to its gradients; only what it adds is multiplied by m
        raise NotImplementedError
