"""Several recurrent layers where a model asked for one, with dropout between them.

A language model that builds its cell by ``part(cell)(input_size, hidden_size, rng=rng)`` becomes a
deep one where `cell` describes a stack: its own code stays as it is, a student's too.

Source: Zaremba, Sutskever and Vinyals, "Recurrent Neural Network Regularization" (2014), section
3.1: dropout on what goes from layer to layer, never on what goes from step to step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import signature
from itertools import chain, repeat
from typing import Any, TypeGuard

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

    Raises:
        UsageError: there is no layer, or a dropout is described in another way.
    """

    def __init__(
        self,
        part: Callable[[str], Any],
        layer: str,
        layers: int = 1,
        dropout: Mapping[str, Any] | None = None,
        input_dropout: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        if layers < 1:
            raise UsageError(f"a stack has at least one layer, not {layers}: see `--layers`")
        for kind in (dropout, input_dropout):
            if not (kind is None or (isinstance(kind, Mapping) and "name" in kind)):
                raise UsageError(
                    "a dropout of a stack is described as {name='dropout',keep_probability=0.5}, "
                    f"not as {kind!r}"
                )
        self._part = part
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
            cell = stacked(self._part, built, input_size, hidden_size, self.layers, rng=rng)
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
