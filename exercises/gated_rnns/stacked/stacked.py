"""Recurrent layers on top of each other, with ways around them.

Source: CS224n lecture 7, sections 4.10 to 4.13; Britz et al., "Massive Exploration of Neural
Machine Translation Architectures" (2017), for how deep, and with which connections.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from framework.interfaces import Array, Model


class Stacked(Model):
    """A deep recurrent network: the states of a layer are the inputs of the next one.

    Args:
        layers: recurrent layers (RNN, LSTM, GRU, ...) from the lowest to the highest, each with
            `forward(x, state, mask)`, `backward(grad_h)` -> grad_x, grad_state, `initial_state`
            and the attribute `state`.
        skip: what the layer above reads: the states h of a layer (None), their sum with what that
            layer read itself ("skip"), or both side by side ("dense").

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
        """The states of all layers before the first step, as a tuple from below."""
        # TODO: every layer knows its own
        raise NotImplementedError

    def forward(
        self, x: Array, state: Sequence[Any] | None = None, mask: Array | None = None
    ) -> Array:
        """Read the whole sequence, layer by layer; for l = 1 ... L, from x⁽¹⁾ = x:

            h⁽ˡ⁾ = layer l (x⁽ˡ⁾)
            x⁽ˡ⁺¹⁾ = h⁽ˡ⁾                without connections
            x⁽ˡ⁺¹⁾ = x⁽ˡ⁾ + h⁽ˡ⁾         "skip"; h⁽ˡ⁾ where the layer changes the number of features
            x⁽ˡ⁺¹⁾ = [x⁽ˡ⁾, h⁽ˡ⁾]        "dense": a layer reads x and all states below it

        Keeps the last states in `self.state`.

        Args:
            x: `(N, T, D)`, any T ≥ 1.
            state: the state that each layer starts from, from below, as `initial_state` and
                `self.state` have them; None: each from its own first state.
            mask: `(N, T)`, False where a sequence has no word at that step; None: words everywhere.

        Returns:
            x⁽ᴸ⁺¹⁾; with "dense" h⁽ᴸ⁾ alone. `(N, T, H)` with the H of the highest layer.

        Raises:
            ValueError: there is not one state for each layer, or a layer cannot read what the one
                below gives.
        """
        # TODO: run the layers, and keep what backward needs
        raise NotImplementedError

    def backward(self, grad_h: Array) -> tuple[Array, tuple[Any, ...]]:
        """Back from the highest layer to the lowest.

        What a layer read gets a gradient through that layer, and with "skip" and "dense" also the
        one that came back around it.

        Args:
            grad_h: gradient of what `forward` returned, `(N, T, H)`. Not modified.

        Returns:
            grad_x `(N, T, D)`, and the gradients of the first states of all layers, a tuple from
            below.
        """
        # TODO: for each layer, the gradient of h and the one around it
        raise NotImplementedError
