"""Commands of typer, made from a dataclass of options (see `framework.training.option_fields`).

typer reads the parameters of what it calls. Here that is another dataclass, made from the options.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, make_dataclass
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

import typer

from framework.commands.options import (
    BackendName,
    BlockOption,
    Device,
    PluginOption,
    ProviderName,
    Submission,
)
from framework.training.option_fields import (
    Option,
    OptionField,
    flag,
    option_fields,
    plain_type,
)

Options = TypeVar("Options")

#: Options for backend, provider and device: name -> annotation for typer, and default.
SETUP = {
    "backend": (BackendName, "numpy"),
    "provider": (ProviderName, ""),
    "device": (Device, "cpu"),
    "submission": (Submission, None),
    "plugin": (PluginOption, None),
    "block": (BlockOption, None),
}


def setup_fields() -> list[OptionField]:
    """Return the options of `SETUP` with their types, which the values of a recipe must have."""
    return [
        OptionField(name, get_args(annotation)[0], default, Option(""))
        for name, (annotation, default) in SETUP.items()
    ]


def option_command(
    options: type[Options],
    run: Callable[..., None],
    *,
    name: str,
    help: str,
    others: Mapping[str, tuple[Any, Any]],
) -> Callable[..., object]:
    """Return what typer calls as a command, with a parameter for each option.

    Args:
        options: a dataclass of options.
        run: called as ``run(context, options, **others)``, with the options of `SETUP` among them.
        name: the name of the command.
        help: the text of ``--help``.
        others: other parameters: name -> annotation for typer and default.
    """
    fields = option_fields(options)
    parameters = {
        **others,
        **{option.name: (_annotation(option), _default(option)) for option in fields},
        **SETUP,
    }

    def run_with_values(given: Any) -> None:
        values = dict(vars(given))
        context = values.pop("context")
        chosen = {
            option.name: option.checked(
                _value(option, values.pop(option.name), context), _called(option)
            )
            for option in fields
        }
        run(context, options(**chosen), **values)

    return make_dataclass(
        name,
        [
            ("context", typer.Context),
            *((key, kind, field(default=default)) for key, (kind, default) in parameters.items()),
        ],
        namespace={"__post_init__": run_with_values, "__doc__": help},
        kw_only=True,
    )


def _annotation(field: OptionField) -> Any:
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
