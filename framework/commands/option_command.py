"""Commands of typer, made from a dataclass of options (see `framework.training.option_fields`).

typer reads the signature and the annotations of a function; both are made here from the fields.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import Parameter, Signature
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

import typer

from framework.training.option_fields import OptionField, flag, option_fields, plain_type

Options = TypeVar("Options")


def option_command(
    options: type[Options],
    run: Callable[..., None],
    *,
    name: str,
    help: str,
    before: Mapping[str, tuple[Any, Any]] | None = None,
    after: Mapping[str, tuple[Any, Any]] | None = None,
) -> Callable[..., None]:
    """Return a function for a typer command, with a parameter for each option.

    Args:
        options: a dataclass of options.
        run: called as ``run(context, options, **others)``.
        name: the name of the command.
        help: the text of ``--help``.
        before: other parameters before the options: name -> annotation for typer and default.
        after: other parameters after the options.
    """
    fields = option_fields(options)
    parameters = {
        "context": (typer.Context, Parameter.empty),
        **(before or {}),
        **{one.name: (annotation(one), _default(one)) for one in fields},
        **(after or {}),
    }

    def command(context: typer.Context, **given: Any) -> None:
        chosen = {
            one.name: one.checked(_value(one, given.pop(one.name), context), _called(one))
            for one in fields
        }
        run(context, options(**chosen), **given)

    command.__name__, command.__doc__ = name, help
    command.__annotations__ = {name: kind for name, (kind, _) in parameters.items()}
    command.__signature__ = Signature(  # type: ignore[attr-defined]
        [
            Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind)
            for name, (kind, default) in parameters.items()
        ]
    )
    return command


def annotation(field: OptionField) -> Any:
    """Return the typer annotation of the option `field`."""
    said = field.option
    shown = f"{said.help} [{bounds}]" if (bounds := field.bounds()) else said.help
    kind, metavar = _type(field), said.metavar or _choices(field)
    return Annotated[kind, typer.Option(*said.names, help=shown, metavar=metavar)]


def _type(field: OptionField) -> Any:
    """Return the type for typer; `OptionField.checked` checks that a value is a choice."""
    if _is_list(field):
        return list[str] | None
    return str if _choices(field) else field.type


def _choices(field: OptionField) -> str | None:
    """Return the choices, as ``--help`` shows them; None if any value is allowed."""
    kind = plain_type(field.type)
    return f"<{'|'.join(get_args(kind))}>" if get_origin(kind) is Literal else None


def _called(field: OptionField) -> str:
    """Return the names of the option on the command line."""
    return field.option.names[0] if field.option.names else flag(field.name)


def _is_list(field: OptionField) -> bool:
    return get_origin(field.type) is tuple and bool(get_args(field.type))


def _default(field: OptionField) -> Any:
    return None if _is_list(field) else field.default


def _value(field: OptionField, given: Any, context: typer.Context) -> Any:
    """Return the value of the option; for a list, the values of a recipe come first."""
    if not _is_list(field):
        return given
    said, given = list((context.default_map or {}).get(field.name, ())), list(given or ())
    if given == said:
        return given
    if field.option.keyed:
        replaced = {_key(text) for text in given}
        said = [text for text in said if _key(text) not in replaced]
    return [*said, *given]


def _key(text: str) -> str:
    return text.partition("=")[0].strip()
