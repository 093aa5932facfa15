"""Fields of a dataclass that are options: with a help text and a range, checked by the same code.

The command line, the settings in a checkpoint, recipes and documentation are made from these
fields. Nothing here needs NumPy or typer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from framework.errors import UsageError

_KEY = "option"


@dataclass(frozen=True)
class Option:
    """What is said about an option beside its name, type and default.

    Attributes:
        help: the sentence of ``--help``.
        minimum, maximum: its range, both included; None: no bound.
        names: how the command line calls it; empty: ``--name-of-the-field``.
        metavar: what stands for the value in ``--help``.
        settles: whether it settles the result of a run: it is saved, and `--resume` compares it.
        keyed: whether each of a list of texts is ``NAME=VALUE``: the command line's value of a
            name replaces the recipe's.
    """

    help: str
    minimum: float | None = None
    maximum: float | None = None
    names: tuple[str, ...] = ()
    metavar: str | None = None
    settles: bool = True
    keyed: bool = False


def option(
    default: Any,
    help: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    names: tuple[str, ...] = (),
    metavar: str | None = None,
    settles: bool = True,
    keyed: bool = False,
) -> Any:
    """A field that is an option, see `Option`."""
    described = Option(help, minimum, maximum, names, metavar, settles, keyed)
    return field(default=default, metadata={_KEY: described})


def with_default(base: type, name: str, default: Any) -> Any:
    """The option `name` of the dataclass `base`, with another default."""
    found = next(one for one in fields(base) if one.name == name)
    return field(default=default, metadata=found.metadata)


@dataclass(frozen=True)
class OptionField:
    """One option of a dataclass, complete.

    Attributes:
        name: of the field.
        type: the type of its values.
        default: its value where nothing is said.
        option: everything else.
    """

    name: str
    type: Any
    default: Any
    option: Option

    def checked(self, value: Any, called: str = "") -> Any:
        """`value` in the type of the option.

        Args:
            value: what was said.
            called: how a message calls the option; empty: by its name.

        Raises:
            UsageError: `value` has another type, or is outside of the range.
        """
        if value is None and type(None) in get_args(self.type):
            return None
        converted = _convert(value, plain_type(self.type))
        if converted is None or not self._is_in_range(converted):
            raise UsageError(f"{called or self.name} must be {self.allowed()}, not {value!r}")
        return converted

    def allowed(self) -> str:
        """The values that are allowed, in words: "a whole number from 1 on"."""
        kind = plain_type(self.type)
        if get_origin(kind) is Literal:
            return f"one of {', '.join(map(str, get_args(kind)))}"
        return f"{_WORDS[_name(kind)]} {self.bounds()}".rstrip()

    def bounds(self) -> str:
        """The range in words: "from 1 on"; empty where there is none."""
        low, high = self.option.minimum, self.option.maximum
        start = "" if low is None else f"from {low:g}{' on' if high is None else ' '}"
        return f"{start}{'' if high is None else f'to {high:g}'}"

    def _is_in_range(self, value: Any) -> bool:
        # Written so that NaN is outside of every range, as infinity is.
        if isinstance(value, float) and not math.isfinite(value):
            return False
        low, high = self.option.minimum, self.option.maximum
        return (low is None or value >= low) and (high is None or value <= high)


_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "Path": "a path",
    "tuple": "a list of texts",
}


def flag(name: str) -> str:
    """How the command line calls the option `name` that has no other names."""
    return f"--{name.replace('_', '-')}"


def option_fields(options: type) -> tuple[OptionField, ...]:
    """The options of the dataclass `options`, in order."""
    types = get_type_hints(options)
    return tuple(
        OptionField(one.name, types[one.name], one.default, one.metadata[_KEY])
        for one in _own_fields(options)
    )


def _own_fields(options: type) -> Iterator[Field[Any]]:
    return (one for one in fields(options) if _KEY in one.metadata)


def checked_values(options: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of `values` that are options of the dataclass `options`, in the options' types.

    Raises:
        UsageError: see `OptionField.checked`.
    """
    return {
        one.name: one.checked(values[one.name])
        for one in option_fields(options)
        if one.name in values
    }


def plain_type(kind: Any) -> Any:
    """`kind` without ``| None``."""
    if get_origin(kind) not in (Union, UnionType):
        return kind
    return next(one for one in get_args(kind) if one is not type(None))


def _name(kind: Any) -> str:
    return "tuple" if get_origin(kind) is tuple else str(kind.__name__)


def _convert(value: Any, kind: Any) -> Any:
    """`value` as a `kind`; None where it is something else."""
    if get_origin(kind) is Literal:
        return value if value in get_args(kind) else None
    if get_origin(kind) is tuple:
        is_list = isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)
        return tuple(value) if is_list else None
    if kind is float and type(value) is int:
        return float(value)
    if kind is Path and isinstance(value, str | Path):
        return Path(value)
    return value if type(value) is kind else None
