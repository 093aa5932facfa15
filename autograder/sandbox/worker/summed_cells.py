"""A cell whose state is a tuple, as that of an LSTM: the sum of several recurrent layers.

A model that takes `cell=` must treat the state as a whole. A check describes such a cell by
``{"sum_of": [NAME, NAME]}``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import add, sub
from typing import Any

import numpy as np

from framework.errors import UsageError
from framework.interfaces import Array, Model
from framework.models.parts import PartSource, part


def with_sums(source: PartSource) -> PartSource:
    """Return `source`, which also builds the sums that checks describe."""

    def part_or_sum(name: str | Mapping[str, Any]) -> Any:
        return source(name) if isinstance(name, str) else SummedCells(part, **name)

    return part_or_sum


class SummedCells:
    """Builds the sum of recurrent layers, out of parts of the backend in force.

    Args:
        part: as `framework.models.parts.part`.
        sum_of: registered names of the layers.
        h_first: the first part of the state is the sum itself, as h is that of an LSTM's state.
    """

    def __init__(
        self, part: Callable[[str], Any], sum_of: Sequence[str], h_first: bool = False
    ) -> None:
        if not sum_of:
            raise UsageError("a sum of recurrent layers needs one layer at least: name it")
        self._part, self.sum_of, self.h_first = part, tuple(sum_of), h_first

    def __call__(self, input_size: int, hidden_size: int, *, rng: np.random.Generator) -> Any:
        """Return the layer: it reads `(N, T, input_size)` and returns `(N, T, hidden_size)`."""
        layers = [self._part(name)(input_size, hidden_size, rng=rng) for name in self.sum_of]
        return Summed(layers, input_size, hidden_size, h_first=self.h_first)


class Summed(Model):
    """y_t = Σ_l h_t⁽ˡ⁾, the sum of the states of recurrent layers that read the same input.

    Args:
        h_first: the state is (y_t, h_t⁽²⁾, h_t⁽³⁾, ...) instead of (h_t⁽¹⁾, h_t⁽²⁾, ...). The state
            of every layer must be one array.

    Parameters:
        those of the layers, as ``layer_1.NAME``, ``layer_2.NAME``, ...
    """

    def __init__(
        self, layers: Sequence[Any], input_size: int, hidden_size: int, *, h_first: bool = False
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.h_first = input_size, hidden_size, h_first
        self.layers = [
            self.add_child(f"layer_{i}", layer) for i, layer in enumerate(layers, start=1)
        ]

    @property
    def state(self) -> tuple[Any, ...]:
        """The states of all layers after the last step that `forward` read."""
        return self._joined([layer.state for layer in self.layers])

    def initial_state(self, batch_size: int) -> tuple[Any, ...]:
        """Return the states of all layers before the first step."""
        return self._joined([layer.initial_state(batch_size) for layer in self.layers])

    def forward(
        self, x: Array, state: Sequence[Any] | None = None, mask: Array | None = None
    ) -> Array:
        """Return the sum of what the layers return, `(N, T, H)`, for `x: (N, T, D)`.

        Args:
            state: in the form of `self.state`; None: each layer starts from its first state.
            mask: `(N, T)`, False where there is no word; or None.
        """
        states = [None] * len(self.layers) if state is None else self._parted(state)
        pairs = zip(self.layers, states, strict=True)
        outputs: list[Array] = [layer.forward(x, start, mask) for layer, start in pairs]
        return reduce(add, outputs)

    def backward(self, grad_h: Array) -> tuple[Array, tuple[Any, ...]]:
        """Return the gradients of `x` and of the first states, for that of the output."""
        returned = [layer.backward(grad_h) for layer in self.layers]
        grads: list[Array] = [grad_x for grad_x, _ in returned]
        first, *others = [grad_state for _, grad_state in returned]
        if self.h_first:  # h⁽¹⁾ = y − h⁽²⁾ − ...
            others = [grad - first for grad in others]
        return reduce(add, grads), (first, *others)

    def _joined(self, states: list[Any]) -> tuple[Any, ...]:
        """Return the state that consists of those of the layers."""
        return (reduce(add, states), *states[1:]) if self.h_first else tuple(states)

    def _parted(self, state: Sequence[Any]) -> Sequence[Any]:
        """Return the state of each layer."""
        count = len(self.layers)
        if not isinstance(state, (tuple, list)) or len(state) != count:
            raise ValueError(
                f"the state of this cell is a tuple of {count} arrays, as that of an LSTM is one "
                "of 2: take it from `cell.state` or `cell.initial_state`"
            )
        return (reduce(sub, state[1:], state[0]), *state[1:]) if self.h_first else state
