"""Several recurrent layers where a model asked for one, with dropout and connections between them.

A language model that builds its cell by ``part(cell)(input_size, hidden_size, rng=rng)`` becomes a
deep one where `cell` describes a stack: its own code stays as it is, a student's too.

Source: Zaremba, Sutskever and Vinyals, "Recurrent Neural Network Regularization" (2014), section
3.1: dropout on what goes from layer to layer, never on what goes from step to step. Srivastava,
Greff and Schmidhuber, "Highway Networks" (2015), for gated connections around a layer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import signature
from itertools import chain, repeat
from typing import Any, TypeGuard

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

    A dropout is described by ``{"name": NAME}`` and the arguments of its constructor. One that
    takes a `layer`, as ``recurrent_dropout``, is built around each layer. Any other, as
    ``dropout``, drops numbers between two layers and above the last.

    Args:
        part: gives the class behind a registered name; see `framework.models.parts.part`.
        layer: registered name of the layers.
        layers: the number of stacked layers.
        dropout: the description of the dropout in training; None: no dropout.
        input_dropout: that of the numbers that the first layer reads; None: as `dropout`.
        options: other arguments of each layer.
        skip: one of `SKIPS`: the connections around the layers, see `stacked`.

    Raises:
        UsageError: there is no layer, a dropout is described in another way, or `skip` is unknown.
    """

    def __init__(
        self,
        part: Callable[[str], Any],
        layer: str,
        layers: int = 1,
        dropout: Mapping[str, Any] | None = None,
        input_dropout: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        skip: str = "none",
    ) -> None:
        if layers < 1:
            raise UsageError(f"a stack has at least one layer, not {layers}: see `--layers`")
        for kind in (dropout, input_dropout):
            if not (kind is None or (isinstance(kind, Mapping) and "name" in kind)):
                raise UsageError(
                    "a dropout of a stack is described as {name='dropout',keep_probability=0.5}, "
                    f"not as {kind!r}"
                )
        if skip not in SKIPS:
            raise UsageError(f"`skip` of a stack is {', '.join(SKIPS)}, not {skip!r}")
        self._part, self.skip = part, skip
        self.layer, self.layers, self.dropout = layer, layers, dropout
        self.input_dropout, self.options = input_dropout, dict(options or {})

    def __call__(self, input_size: int, hidden_size: int, *, rng: np.random.Generator) -> Any:
        """Return the stack: it reads `(N, T, input_size)` and returns `(N, T, hidden_size)`."""
        below = chain([self.input_dropout], repeat(None))

        def built(input_size: int, hidden_size: int, *, rng: np.random.Generator) -> Any:
            layer = self._part(self.layer)(input_size, hidden_size, **self.options, rng=rng)
            before = next(below)
            if before is None or self._takes_layer(self.dropout):
                layer = self._dropped(layer, self.dropout, rng)
            return self._dropped(layer, before, rng)

        if self.layers == 1:
            cell = built(input_size, hidden_size, rng=rng)
        else:
            sizes = input_size, hidden_size, self.layers
            cell = stacked(self._part, built, *sizes, skip=self.skip, rng=rng)
        if drops(self.dropout) and not self._takes_layer(self.dropout):
            return Dropped(cell, after=self._built(self.dropout, inverted=True, rng=rng))
        return cell

    def _dropped(self, layer: Any, kind: Mapping[str, Any] | None, rng: np.random.Generator) -> Any:
        """Return `layer` with the dropout `kind` around it or before it."""
        if not drops(kind):
            return layer
        if self._takes_layer(kind):
            return self._built(kind, layer=layer, rng=rng)
        return Dropped(layer, before=self._built(kind, inverted=True, rng=rng))

    def _takes_layer(self, kind: Mapping[str, Any] | None) -> bool:
        return kind is not None and "layer" in signature(self._part(kind["name"])).parameters

    def _built(self, kind: Mapping[str, Any], **given: Any) -> Any:
        arguments = {name: value for name, value in kind.items() if name != "name"}
        return self._part(kind["name"])(**arguments, **given)


def drops(kind: Mapping[str, Any] | None) -> TypeGuard[Mapping[str, Any]]:
    """Return whether the dropout that `kind` describes drops anything."""
    return kind is not None and kind.get("keep_probability") != 1


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
