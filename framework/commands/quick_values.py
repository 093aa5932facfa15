"""Conversion of common types of the command line without pydantic.

Recent versions of typer convert every value, that of ``--help`` too, with pydantic, whose import
takes longer than all else that a small command does. Text, paths and lists of them need no
validation; every other type is left to typer. Versions of typer without pydantic are unaffected.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

from typer.core import TyperCommand, TyperGroup

#: The attribute in which typer keeps how a parameter's value is converted, once it is known.
_CONVERSION = "_runtime_param"

#: Characters of the line about a command: more than a sentence has.
NO_LIMIT = 10_000

#: Checks of a path that are left to typer.
_PATH_CHECKS = ("exists", "writable", "resolve_path", "allow_dash", "path_type")


class QuickCommand(TyperCommand):
    """A command whose common values are converted without pydantic."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, ``--help`` among them."""
        return [_quickly_converted(one) for one in super().get_params(ctx)]


class QuickGroup(TyperGroup):
    """A group of commands whose common values are converted without pydantic.

    Its help shows the first sentence of each command, on as many lines as it needs.
    """

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, ``--help`` among them."""
        return [_quickly_converted(one) for one in super().get_params(ctx)]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [
            (name, command.get_short_help_str(limit=NO_LIMIT))
            for name, command in commands
            if command is not None and not command.hidden
        ]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


def _quickly_converted(parameter: Any) -> Any:
    """Return `parameter`, which converts its values by itself where they are of a common type."""
    if getattr(parameter, _CONVERSION, False) is None:
        described = parameter.type_descriptor
        if _is_common(described.annotation, described.parameter_info):
            setattr(parameter, _CONVERSION, _Conversion(described.annotation))
    return parameter


def _is_common(kind: Any, described: Any) -> bool:
    if getattr(described, "parser", None) or getattr(described, "click_type", None):
        return False
    if get_origin(kind) is list:
        return all(_is_common(inner, described) for inner in get_args(kind))
    if kind is Path:
        checked = any(getattr(described, check, None) for check in _PATH_CHECKS)
        return not checked and described.file_okay and described.dir_okay
    return kind in (str, bool)


@dataclass(frozen=True)
class _Conversion:
    """A replacement for typer's conversion to the type `kind`."""

    kind: Any

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the `value` of the parameter `param`; for no value of a list, the empty list."""
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        if self.kind is bool and not isinstance(value, bool):  # text of a variable or a file
            setattr(param, _CONVERSION, None)
            return param.get_runtime_param().coerce(value, param=param, ctx=ctx)
        if get_origin(self.kind) is list:
            (inner,) = get_args(self.kind)
            return [inner(one) for one in value]
        return self.kind(value)
