"""Fields of a dataclass that are options: with a help text and a range, checked by the same code.

The command line, the settings in a checkpoint, recipes and documentation are made from these
fields. Nothing here needs NumPy or typer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from framework.errors import UsageError

_KEY = "option"

#: The groups of options in ``--help``, and the options that only ``--help-all`` shows.
TRAINING, DATA, MODEL, FILES, RARE = "Training", "Data", "Model", "Files", "Rare options"


@dataclass(frozen=True)
class Option:
    """The properties of an option in addition to its name, type and default.

    Attributes:
        help: the text of ``--help``.
        minimum, maximum: its range, both included; None: no bound.
        names: its names on the command line; empty: ``--name-of-the-field``.
        metavar: the placeholder for the value in ``--help``.
        settles: whether it determines the result of a run; such options are saved, and `--resume`
            compares them.
        keyed: whether each text of a list is ``NAME=VALUE``: a value of the command line replaces
            the value of the recipe with the same name.
        group: its group in ``--help``.
    """

    help: str
    minimum: float | None = None
    maximum: float | None = None
    names: tuple[str, ...] = ()
    metavar: str | None = None
    settles: bool = True
    keyed: bool = False
    group: str = TRAINING


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
    group: str = TRAINING,
) -> Any:
    """Return a field that is an option, see `Option`."""
    described = Option(help, minimum, maximum, names, metavar, settles, keyed, group)
    return field(default=default, metadata={_KEY: described})


def with_default(base: type, name: str, default: Any, help: str = "") -> Any:
    """Return the option `name` of the dataclass `base`, with another default or help text."""
    described: Option = next(each for each in fields(base) if each.name == name).metadata[_KEY]
    described = replace(described, help=help) if help else described
    return field(default=default, metadata={_KEY: described})


@dataclass(frozen=True)
class OptionField:
    """One option of a dataclass with all its properties.

    Attributes:
        name: of the field.
        type: the type of its values.
        default: its default value.
        option: all other properties.
    """

    name: str
    type: Any
    default: Any
    option: Option

    def checked(self, value: Any, called: str = "") -> Any:
        """Return `value` converted to the type of the option.

        Args:
            value: the given value.
            called: the name of the option in messages; empty: its name.

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
        """Return the values that are allowed, in words: "a whole number from 1 on"."""
        kind = plain_type(self.type)
        if get_origin(kind) is Literal:
            return f"one of {', '.join(map(str, get_args(kind)))}"
        return f"{_WORDS[_name(kind)]} {self.bounds()}".rstrip()

    def bounds(self) -> str:
        """Return the range in words, such as "from 1 on"; empty without a range."""
        low, high = self.option.minimum, self.option.maximum
        start = "" if low is None else f"from {low:g}{' on' if high is None else ' '}"
        return f"{start}{'' if high is None else f'to {high:g}'}"

    def _is_in_range(self, value: Any) -> bool:
        # In this form NaN is outside of every range, like infinity.
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
    "list": "a list of texts",
}


def flag(name: str) -> str:
    """Return the command-line flag of the option `name`."""
    return f"--{name.replace('_', '-')}"


def option_fields(options: type) -> tuple[OptionField, ...]:
    """Return the options that the dataclass `options` offers, in order."""
    types = get_type_hints(options)
    return tuple(
        OptionField(field.name, types[field.name], field.default, field.metadata[_KEY])
        for field in _own_fields(options)
    )


def _own_fields(options: type) -> Iterator[Field[Any]]:
    offered = getattr(options, "offered", None)
    known = (field for field in fields(options) if _KEY in field.metadata)
    return (field for field in known if offered is None or field.name in offered)


def checked_values(options: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the `values` that are options of the dataclass `options`, converted to their types.

    Raises:
        UsageError: see `OptionField.checked`.
    """
    fields = option_fields(options)
    return {
        field.name: field.checked(values[field.name]) for field in fields if field.name in values
    }


def plain_type(kind: Any) -> Any:
    """Return `kind` without ``| None``."""
    if get_origin(kind) not in (Union, UnionType):
        return kind
    return next(member for member in get_args(kind) if member is not type(None))


def _name(kind: Any) -> str:
    return str((get_origin(kind) or kind).__name__)


def _convert(value: Any, kind: Any) -> Any:
    """Return `value` converted to `kind`; None if it has another type."""
    if get_origin(kind) is Literal:
        return value if value in get_args(kind) else None
    if get_origin(kind) in (tuple, list):
        is_list = isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
        return tuple(value) if is_list else None
    if kind is float and type(value) is int:
        return float(value)
    if kind is Path and isinstance(value, str | Path):
        return Path(value)
    return value if type(value) is kind else None
