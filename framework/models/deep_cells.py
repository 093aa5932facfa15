"""Several recurrent layers where a model asked for one, with dropout and connections between them.

A language model that builds its cell by ``part(cell)(input_size, hidden_size, rng=rng)`` becomes a
deep one where `cell` describes a stack: its own code stays as it is, a student's too.

Source: Zaremba, Sutskever and Vinyals, "Recurrent Neural Network Regularization" (2014), section
3.1: dropout on what goes from layer to layer, never on what goes from step to step. Srivastava,
Greff and Schmidhuber, "Highway Networks" (2015), for gated connections around a layer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain, repeat
from typing import Any

import numpy as np

from framework.errors import UsageError
from framework.interfaces import Array, Model

#: The connections around the layers of a stack, see `stacked`.
SKIPS = ("none", "residual", "dense", "highway")


def stacked(
    part: Callable[[str], Any],
    layer: Callable[..., Any],
    input_size: int,
    hidden_size: int,
    layers: int,
    *,
    skip: str = "none",
    rng: np.random.Generator,
) -> Any:
    """Build ``stacked`` on `layers` layers ``layer(input_size, hidden_size, rng=rng)``.

    Args:
        part: see `DeepCell`.
        layer: builds a layer.
        input_size, hidden_size: of the stack.
        layers: their number.
        skip: what the next layer reads: the states h of a layer (none), their sum with the input x
            of that layer (residual), [x, h] (dense), or a gated mixture of x and h (highway). Where
            x and h differ in size, residual and highway have no connection.
        rng: draws the initial weights.
    """
    H, built = hidden_size, []
    for i in range(layers):
        D = input_size + i * H if skip == "dense" else H if i else input_size
        cell = layer(D, H, rng=rng)
        if skip == "highway" and D == H:
            cell = Gated(cell, part("affine")(D, H, rng=rng), part("sigmoid")())
        built.append(cell)
    return part("stacked")(built, skip if skip in ("residual", "dense") else None)


class DeepCell:
    """Builds a stack of recurrent layers, out of parts of the backend in force.

    Args:
        part: gives the class behind a registered name; see `framework.models.parts.part`.
        layer: registered name of the layers.
        layers: the number of stacked layers.
        dropout: dropout rate of training, between two layers and above the last.
        input_dropout: dropout rate below the first layer; None: `dropout`.
        options: other arguments of each layer.
        skip: one of `SKIPS`: the connections around the layers, see `stacked`.

    Raises:
        UsageError: there is no layer, a probability is not in [0, 1), or `skip` is unknown.
    """

    def __init__(
        self,
        part: Callable[[str], Any],
        layer: str,
        layers: int = 1,
        dropout: float = 0.0,
        input_dropout: float | None = None,
        options: Mapping[str, Any] | None = None,
        skip: str = "none",
    ) -> None:
        below = dropout if input_dropout is None else input_dropout
        if layers < 1 or not (0 <= dropout < 1 and 0 <= below < 1):
            raise UsageError(
                f"a stack of {layers} layers with dropout {dropout}, and {below} below the first, "
                "cannot be built: `--layers` is 1 or more, `--dropout` and `--input-dropout` at "
                "least 0 and below 1"
            )
        if skip not in SKIPS:
            raise UsageError(f"`skip` of a stack is {', '.join(SKIPS)}, not {skip!r}")
        self._part, self.skip = part, skip
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
            sizes = input_size, hidden_size, self.layers
            cell = stacked(self._part, built, *sizes, skip=self.skip, rng=rng)
        return Dropped(cell, after=self._dropout(self.dropout, rng)) if self.dropout else cell

    def _dropout(self, rate: float, rng: np.random.Generator) -> Any:
        return self._part("dropout")(1 - rate, inverted=True, rng=rng)


class Around(Model):
    """A recurrent layer inside of another one, whose parameters keep their names and whose state
    stays.

    Args:
        layer: a recurrent layer.
    """

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.layer = self.add_child("_layer", layer)

    @property
    def state(self) -> Any:
        """The state of the layer after the last step that `forward` read."""
        return self.layer.state

    def initial_state(self, batch_size: int) -> Any:
        """Return the state of the layer before the first step."""
        return self.layer.initial_state(batch_size)


class Gated(Around):
    """A highway connection around a recurrent layer: y = t ∘ h + (1 − t) ∘ x, t = σ(x W + b).

    The gates start nearly closed, with b = −2, so that a deep stack first copies its input.

    Args:
        layer: a recurrent layer with states h as long as its inputs x.
        gate: an affine layer of that size.
        sigmoid: the function σ as a layer.
    """

    def __init__(self, layer: Any, gate: Any, sigmoid: Any) -> None:
        super().__init__(layer)
        self.gate, self.sigmoid = self.add_child("gate", gate), sigmoid
        arrays = self._arrays
        arrays.assign(gate.parameters, "b", arrays.to_numpy(gate.parameters["b"]) - 2)

    def forward(self, x: Array, state: Any = None, mask: Array | None = None) -> Array:
        """Return y `(N, T, D)` for `x: (N, T, D)`; see `Dropped.forward`."""
        self._t = self.sigmoid.forward(self.gate.forward(x))
        self._change = self.layer.forward(x, state, mask) - x
        y: Array = x + self._t * self._change
        return y

    def backward(self, grad_y: Array) -> tuple[Array, Any]:
        """Return gradients of `x` and of the first state, from that of y."""
        through, grad_state = self.layer.backward(grad_y * self._t)
        of_gate = self.gate.backward(self.sigmoid.backward(grad_y * self._change))
        return grad_y * (1 - self._t) + through + of_gate, grad_state


class Dropped(Around):
    """A recurrent layer with dropout on what it reads or on what it returns.

    Args:
        layer: a recurrent layer.
        before: what drops numbers that the layer reads; or None.
        after: what drops numbers that it returns; or None.
    """

    def __init__(self, layer: Any, *, before: Any = None, after: Any = None) -> None:
        super().__init__(layer)
        self.before, self.after = before, after
        for name, child in (("_before", before), ("_after", after)):
            if child is not None:
                self.add_child(name, child)

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
