"""The recurrent layers of a backend and their dropout: the argument `cell` of a model."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any

from framework.errors import GradusError, UsageError
from framework.providers.backends import Backend, with_article
from framework.providers.registry import Implementation
from framework.training.tools import parse_named


def check_recurrent_layer(backend: Backend, cell: str | Mapping[str, Any]) -> None:
    """Raise an error if `cell` is no recurrent layer, before a model is built with it.

    Args:
        backend: offers the layer.
        cell: registered name of a layer, or the description of a stack, see
            `framework.models.parts.part`.

    Raises:
        UsageError: it is unknown, or something else.
    """
    name = cell.get("layer") if isinstance(cell, Mapping) else cell
    if not isinstance(name, str):
        raise UsageError(f"`cell` must be the name of a recurrent layer, not {name!r}")
    found = backend.implementation_of(name)
    options = cell.get("options", {}) if isinstance(cell, Mapping) else {}
    if not isinstance(options, Mapping):
        raise UsageError(f"the `options` of `cell` must be a table, not {options!r}")
    if wrong := _problem(backend, found, options):
        known = ", ".join(recurrent_layers(backend))
        raise UsageError(f"{found.key} {wrong}; a recurrent layer is needed: {known}")


def dropout_description(backend: Backend, written: str, flag: str) -> dict[str, Any]:
    """Return the description of a dropout for `framework.models.deep_cells.DeepCell`.

    Args:
        backend: offers it.
        written: its name and arguments, as ``dropout:keep_probability=0.5``.
        flag: the option that names it, for messages.

    Raises:
        UsageError: it is unknown, no dropout, or does not take these arguments.
    """
    name, arguments = parse_named(written)
    if not name.partition("@")[0].isidentifier():
        raise UsageError(
            f"`{flag} {written}` names no dropout: write for example dropout:keep_probability=0.5, "
            "with the probability to keep a number"
        )
    if "@" in name:
        raise UsageError(
            f"`{flag} {name}`: a part of a model has no provider of its own; `--provider NAME` "
            "chooses the parts"
        )
    known = backend.parameters_of(name, "model")
    given = {"layer": None} if "layer" in known else {"inverted": True}
    try:
        if "keep_probability" not in known:
            raise TypeError("it has no argument 'keep_probability'")
        inspect.Signature(list(known.values())).bind(**given, **arguments, rng=None)
    except TypeError as error:
        raise UsageError(
            f"`{flag} {written}` is not possible: {error}; write for example "
            "dropout:keep_probability=0.5"
        ) from error
    return {"name": name, **arguments}


def recurrent_layers(backend: Backend) -> Iterator[str]:
    """Yield the names of the recurrent layers that `backend` offers."""
    for found in backend.implementations("model"):
        # Layers that cannot be imported are left out.
        with suppress(GradusError):
            if not _problem(backend, found):
                yield found.name


def _problem(
    backend: Backend, found: Implementation, options: Mapping[str, Any] = MappingProxyType({})
) -> str:
    """Return why `found` is no recurrent layer that takes `options`; empty if it is one."""
    if found.kind != "model":
        return f"is {with_article(found.kind)}"
    layer = backend.load(found)
    if inspect.isclass(layer) and not hasattr(layer, "initial_state"):
        return "has no method `initial_state`"
    try:
        inspect.signature(layer).bind(input_size=1, hidden_size=1, rng=None, **options)
    except TypeError as error:
        others = "".join(f", {name}" for name in options)
        return f"cannot be built from input_size, hidden_size and rng{others} ({error})"
    return ""
