"""The recurrent layers of a backend and their dropout: the argument `cell` of a model."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from inspect import Parameter
from types import MappingProxyType
from typing import Any, Literal

from framework.errors import GradusError, UsageError
from framework.providers.backends import Backend, with_article
from framework.providers.registry import Implementation
from framework.training.option_fields import MODEL, RARE, flag, option
from framework.training.task import Request
from framework.training.tools import model_arguments, parse_named
from framework.training.training_options import TrainingOptions


@dataclass(frozen=True, kw_only=True)
class RecurrentOptions(TrainingOptions):
    """The options of models with recurrent layers."""

    cell: str | None = option(
        None, "The recurrent layer: rnn, lstm, gru, or a plugin's.", settles=False, group=MODEL
    )
    layers: int | None = option(
        None,
        "Number of recurrent layers, or of the blocks of a transformer. Default: 1, or that of the "
        "exercise.",
        minimum=1,
        settles=False,
        group=MODEL,
    )
    skip: Literal["none", "residual", "dense", "highway"] = option(
        "none",
        "Connections around the layers of a stack: the next layer reads the states (none), their "
        "sum with the inputs of the layer (residual), both side by side (dense), or a gated "
        "mixture of both (highway).",
        settles=False,
        group=MODEL,
    )
    dropout: str | None = option(
        None,
        "Dropout of the recurrent layers in training: dropout:keep_probability=0.5 or "
        "variational_dropout (one mask for all steps) between layers and above the last; "
        "recurrent_dropout:keep_probability=0.5,drop=weights in the matrices of each layer.",
        settles=False,
        group=MODEL,
    )
    input_dropout: str | None = option(
        None,
        "Dropout below the first layer, as for --dropout. Default: that of --dropout. Kim et al. "
        "2016 have none: dropout:keep_probability=1.",
        settles=False,
        group=RARE,
    )

    def check_together(self) -> None:
        """Check the options together; connections around the only layer are an error."""
        super().check_together()
        if self.skip != "none" and self.layers in (None, 1):
            raise UsageError(
                f"`--skip {self.skip}` connects the layers of a stack, but there is one layer: add "
                "`--layers 2`"
            )


def with_recurrent_layers(
    arguments: Mapping[str, Any], options: RecurrentOptions, request: Request, kind: str
) -> dict[str, Any]:
    """Return `arguments` of the model of `request` with the recurrent layers that options choose.

    Args:
        arguments: those of the recipe and of ``--set``.
        options: of the run.
        request: names the model and its backend.
        kind: of the model.

    Raises:
        UsageError: the model has no cell, none is known, it is a stack already, or no recurrent
            layer; or it is set twice.
    """
    backend, model = request.backend, request.model
    completed, cell = dict(arguments), options.cell
    if cell is not None:
        if (written := model_arguments(options.arguments).get("cell")) is not None:
            raise UsageError(f"`--cell` and `--set cell={written}` both set cell: leave one out")
        completed["cell"] = cell
    known = backend.parameters_of(model, kind)
    is_stack = (options.layers or 1) > 1 and not has_own_layers(known)
    if is_stack or options.dropout or options.input_dropout:
        cell = _recurrent_cell(model, completed.get("cell"), known)
        completed["cell"] = _stack(backend, cell, options)
    if "cell" in completed:
        check_recurrent_layer(backend, completed["cell"])
    return completed


def takes(known: Mapping[str, Parameter], name: str) -> bool:
    """Return whether a constructor with the parameters `known` takes the argument `name`."""
    return name in known or any(
        parameter.kind is Parameter.VAR_KEYWORD for parameter in known.values()
    )


def has_own_layers(known: Mapping[str, Parameter]) -> bool:
    """Return whether a constructor with the parameters `known` builds layers without a cell."""
    return "layers" in known and not takes(known, "cell")


def _recurrent_cell(model: str, cell: Any, known: Mapping[str, Parameter]) -> str:
    """Return the recurrent layer that `model` has, or that was chosen.

    Raises:
        UsageError: see `with_recurrent_layers`.
    """
    if not takes(known, "cell"):
        raise UsageError(
            f"{model} has no argument `cell` that `--layers`, `--dropout` and `--input-dropout` "
            "could make a stack of"
        )
    if cell is None and "cell" in known:
        cell = known["cell"].default
    if isinstance(cell, Mapping):
        raise UsageError(
            "`--set cell` describes a stack: leave out `--layers`, `--skip`, `--dropout` and "
            "`--input-dropout`"
        )
    if not isinstance(cell, str):
        raise UsageError(f"{model} has no default cell: choose the layers by `--cell NAME`")
    return cell


def _stack(backend: Backend, cell: str, options: RecurrentOptions) -> dict[str, Any]:
    """Return the description of a stack of layers `cell`."""
    stack: dict[str, Any] = {"layer": cell, "layers": options.layers or 1}
    if options.skip != "none":
        stack["skip"] = options.skip
    for name in ("dropout", "input_dropout"):
        if written := getattr(options, name):
            stack[name] = dropout_description(backend, written, flag(name))
    return stack


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
    layer = backend.implementation_of(name)
    options = cell.get("options", {}) if isinstance(cell, Mapping) else {}
    if not isinstance(options, Mapping):
        raise UsageError(f"the `options` of `cell` must be a table, not {options!r}")
    if wrong := _problem(backend, layer, options):
        known = ", ".join(recurrent_layers(backend))
        raise UsageError(f"{layer.key} {wrong}; a recurrent layer is needed: {known}")


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
    for offered in backend.implementations("model"):
        # Layers that cannot be imported are left out.
        with suppress(GradusError):
            if not _problem(backend, offered):
                yield offered.name


def _problem(
    backend: Backend, offered: Implementation, options: Mapping[str, Any] = MappingProxyType({})
) -> str:
    """Return why `offered` is no recurrent layer that takes `options`; empty if it is one."""
    if offered.kind != "model":
        return f"is {with_article(offered.kind)}"
    layer = backend.load(offered)
    if inspect.isclass(layer) and not hasattr(layer, "initial_state"):
        return "has no method `initial_state`"
    try:
        inspect.signature(layer).bind(input_size=1, hidden_size=1, rng=None, **options)
    except TypeError as error:
        others = "".join(f", {name}" for name in options)
        return f"cannot be built from input_size, hidden_size and rng{others} ({error})"
    return ""
