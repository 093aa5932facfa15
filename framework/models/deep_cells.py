"""Several recurrent layers where a model asked for one, with dropout between them.

A language model that builds its cell by ``part(cell)(input_size, hidden_size, rng=rng)`` becomes a
deep one where `cell` describes a stack: its own code stays as it is, a student's too.

Source: Zaremba, Sutskever and Vinyals, "Recurrent Neural Network Regularization" (2014), section
3.1: dropout on what goes from layer to layer, never on what goes from step to step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain, repeat
from typing import Any

import numpy as np

from framework.errors import UsageError
from framework.interfaces import Array, Model


def stacked(
    part: Callable[[str], Any],
    layer: Callable[..., Any],
    input_size: int,
    hidden_size: int,
    layers: int,
    *,
    rng: np.random.Generator,
) -> Any:
    """Build ``stacked`` on `layers` layers ``layer(input_size, hidden_size, rng=rng)``."""
    sizes = [input_size, *[hidden_size] * (layers - 1)]
    return part("stacked")([layer(D, hidden_size, rng=rng) for D in sizes])


class DeepCell:
    """Builds a stack of recurrent layers, out of parts of the backend in force.

    Args:
        part: gives the class behind a registered name; see `framework.models.parts.part`.
        layer: registered name of the layers.
        layers: the number of stacked layers.
        dropout: dropout rate of training, between two layers and above the last.
        input_dropout: dropout rate below the first layer; None: `dropout`.
        options: other arguments of each layer.

    Raises:
        UsageError: there is no layer, or a probability is not in [0, 1).
    """

    def __init__(
        self,
        part: Callable[[str], Any],
        layer: str,
        layers: int = 1,
        dropout: float = 0.0,
        input_dropout: float | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        below = dropout if input_dropout is None else input_dropout
        if layers < 1 or not (0 <= dropout < 1 and 0 <= below < 1):
            raise UsageError(
                f"a stack of {layers} layers with dropout {dropout}, and {below} below the first, "
                "cannot be built: `--layers` is 1 or more, `--dropout` and `--input-dropout` at "
                "least 0 and below 1"
            )
        self._part = part
        self.layer, self.layers, self.dropout = layer, layers, dropout
        self.input_dropout, self.options = below, dict(options or {})

    def __call__(self, input_size: int, hidden_size: int, *, rng: np.random.Generator) -> Any:
        """Return the stack: it reads `(N, T, input_size)` and returns `(N, T, hidden_size)`."""
        rates = chain([self.input_dropout], repeat(self.dropout))

        def built(input_size: int, hidden_size: int, *, rng: np.random.Generator) -> Any:
            layer = self._part(self.layer)(input_size, hidden_size, **self.options, rng=rng)
            rate = next(rates)
            return Dropped(layer, before=self._dropout(rate, rng)) if rate else layer

        if self.layers == 1:
            cell = built(input_size, hidden_size, rng=rng)
        else:
            cell = stacked(self._part, built, input_size, hidden_size, self.layers, rng=rng)
        return Dropped(cell, after=self._dropout(self.dropout, rng)) if self.dropout else cell

    def _dropout(self, rate: float, rng: np.random.Generator) -> Any:
        return self._part("dropout")(1 - rate, inverted=True, rng=rng)


class Dropped(Model):
    """A recurrent layer with dropout on what it reads or on what it returns.

    Its parameters have the names that they have in the layer.

    Args:
        layer: a recurrent layer.
        before: what drops numbers that the layer reads; or None.
        after: what drops numbers that it returns; or None.
    """

    def __init__(self, layer: Any, *, before: Any = None, after: Any = None) -> None:
        super().__init__()
        self.layer, self.before, self.after = layer, before, after
        for name, child in (("_layer", layer), ("_before", before), ("_after", after)):
            if child is not None:
                self.add_child(name, child)

    @property
    def state(self) -> Any:
        """The state of the layer after the last step that `forward` read."""
        return self.layer.state

    def initial_state(self, batch_size: int) -> Any:
        """Return the state of the layer before the first step."""
        return self.layer.initial_state(batch_size)

    def forward(self, x: Array, state: Any = None, mask: Array | None = None) -> Array:
        """Return what the layer returns, `(N, T, H)`, for `x: (N, T, D)`.

        Args:
            x: in the backend's arrays, as everything here.
            state: what the layer starts from; None: from its first state.
            mask: `(N, T)`, False where there is no word; or None.
        """
        if self.before is not None:
            x = self.before.forward(x)
        h: Array = self.layer.forward(x, state, mask)
        return h if self.after is None else self.after.forward(h)

    def backward(self, grad_h: Array) -> tuple[Array, Any]:
        """Return gradients of `x` and of the first state, from that of what `forward` returned."""
        if self.after is not None:
            grad_h = self.after.backward(grad_h)
        grad_x, grad_state = self.layer.backward(grad_h)
        return (grad_x if self.before is None else self.before.backward(grad_x)), grad_state
