"""`--set NAME=VALUE`: arguments of a model's constructor, for any model."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from framework.errors import UsageError

SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="An argument of the model, as hidden_sizes=[64,32] or activation=relu. Repeatable.",
    ),
]


def model_arguments(written: Sequence[str], recipe: Mapping[str, Any] | None) -> dict[str, Any]:
    """The arguments that ``NAME=VALUE`` says, each value as TOML has it, or else as text.

    >>> model_arguments(["hidden_sizes=[64, 32]", "activation=relu"], None)
    {'hidden_sizes': [64, 32], 'activation': 'relu'}

    Args:
        written: on the command line.
        recipe: options of a recipe, whose ``arguments`` are written the same way: those that the
            command line leaves open.

    Raises:
        UsageError: one of them is not written like that.
    """
    return dict(_argument(text) for text in [*(recipe or {}).get("arguments", ()), *written])


def _argument(text: str) -> tuple[str, Any]:
    name, equals, value = (part.strip() for part in text.partition("="))
    if not name.isidentifier() or not equals or not value:
        raise UsageError(f"'{text}' is no argument of a model: write NAME=VALUE")
    try:
        return name, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return name, value
