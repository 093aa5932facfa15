"""Groups of commands on typer, imported when they are needed, and the commands of plugins."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

from framework.errors import ConflictError, block_options
from framework.importing import load_target
from framework.training.option_fields import RARE

if TYPE_CHECKING:
    from framework.providers.loaded_plugins import Plugins
    from framework.providers.plugin_sources import Source

#: Characters of the line about a command: more than a sentence has.
_NO_LIMIT = 10_000


#: Kind of a wrong value, as pydantic names it -> its words; typer would use those of pydantic.
_WRONG_VALUES = {
    "int_parsing": "{input!r} is not a whole number",
    "int_from_float": "{input!r} is not a whole number",
    "float_parsing": "{input!r} is not a number",
    "greater_than_equal": "{input} is less than {ge}",
    "less_than_equal": "{input} is more than {le}",
    "value_error": "{error}",
}


#: A type as typer writes it -> the word for a value of it.
_VALUES = {
    " <list[str]>": "",
    " <list[Path]>": "",
    "<str>": "TEXT",
    "<int>": "N",
    "<int range>": "N",
    "<float>": "NUMBER",
    "<float range>": "NUMBER",
    "<path>": "PATH",
}


#: Key in the context of a command: whether its help shows the rare options.
ALL_OPTIONS = "gradus.all_options"


class PlainCommand(TyperCommand):
    """A command whose errors are in plain words, and whose help has its options in groups."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments.

        Raises:
            typer.BadParameter: a value is wrong.
        """
        try:
            return super().parse_args(ctx, args)
        except typer.BadParameter as error:
            if error.__cause__ is not None and type(error.__cause__).__name__ == "ValidationError":
                (wrong, *_) = error.__cause__.errors()  # type: ignore[attr-defined]  # pydantic's
                if words := _WRONG_VALUES.get(wrong["type"]):
                    error.message = words.format(input=wrong["input"], **wrong.get("ctx", {}))
            raise

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments and options, each under its `rich_help_panel`."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            if (row := parameter.get_help_record(ctx)) is not None:
                panel = getattr(parameter, "rich_help_panel", None)
                title = "Arguments" if parameter.param_type_name == "argument" else "Options"
                name, text = row
                for type_, word in _VALUES.items():
                    name = name.replace(type_, word)
                sections.setdefault(panel or title, []).append((name, text))
        if (rare := sections.pop(RARE, None)) and ctx.meta.get(ALL_OPTIONS):
            sections[RARE] = rare
        for title, rows in sections.items():
            with formatter.section(title):
                formatter.write_dl(rows)


class PlainTyper(typer.Typer):
    """An application whose commands are `PlainCommand`s."""

    def command(self, *args: Any, **options: Any) -> Any:
        """Return the decorator that adds a command."""
        return super().command(*args, **{"cls": PlainCommand, **options})


class LazyGroup(TyperGroup):
    """A group that imports a command when it is called, as click's documentation describes.

    The list of commands imports all of them: name, options and help of a command stand in its own
    module alone.

    Attributes:
        lazy_subcommands: name -> ``module:attribute`` of a function, or of a `typer.Typer`.
        sections: name -> the section of the list that a command stands in.
    """

    lazy_subcommands: ClassVar[Mapping[str, str]] = {}
    sections: ClassVar[Mapping[str, str]] = {}

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands, and import them."""
        for name in self.lazy_subcommands:
            LazyGroup.get_command(self, ctx, name)
        return list(dict.fromkeys([*self.lazy_subcommands, *super().list_commands(ctx)]))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command of this name, or None."""
        if cmd_name in self.lazy_subcommands and cmd_name not in self.commands:
            app = new_app()
            add_commands(app, {cmd_name: self.lazy_subcommands[cmd_name]})
            self.add_command(typer.main.get_group(app).commands[cmd_name])
        return super().get_command(ctx, cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the name, the command and the other arguments."""
        if self.get_command(ctx, args[0]) is None:
            self.list_commands(ctx)  # typer proposes near misses among imported commands
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the first sentence of each command, on as many lines as it needs."""
        rows: dict[str, list[tuple[str, str]]] = {section: [] for section in self.sections.values()}
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is not None and not command.hidden:
                row = name, command.get_short_help_str(limit=_NO_LIMIT)
                rows.setdefault(self.sections.get(name, "Commands"), []).append(row)
        for section, listed in rows.items():
            if listed:
                with formatter.section(section):
                    formatter.write_dl(listed)


def add_commands(app: typer.Typer, commands: Mapping[str, str]) -> None:
    """Import `commands`, and add them to `app`: the hook `add_commands` of a plugin.

    Args:
        app: the application.
        commands: as in `LazyGroup.lazy_subcommands`.
    """
    for name, target in commands.items():
        command = load_target(target)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)


def new_app(**options: Any) -> typer.Typer:
    """Return an application without commands, whose help is plain text everywhere."""
    options.setdefault("cls", LazyGroup)
    names = {"help_option_names": ["--help", "-h"]}
    return PlainTyper(
        add_completion=False, rich_markup_mode=None, context_settings=names, **options
    )


def commands_of_plugins(
    plugins: Plugins, own: Collection[str] = ()
) -> dict[str, tuple[Source, Any]]:
    """Return the commands that plugins add: name -> plugin and command.

    Args:
        plugins: the plugins.
        own: names that no plugin may use.

    Raises:
        ConflictError: two plugins add one command, or a plugin one of `own`.
        PluginError: a plugin's hook raises.
    """
    owned: dict[str, tuple[Source, Any]] = {}
    for source in plugins.sources:
        app = new_app()
        plugins.ask(source, "add_commands", app=app)
        for name, command in typer.main.get_group(app).commands.items():
            if name in owned or name in own:
                raise _conflict(name, source, owned[name][0] if name in owned else None)
            owned[name] = source, command
    return owned


def _conflict(name: str, source: Source, other: Source | None) -> ConflictError:
    owner = f"the plugin {other.label}" if other is not None else "gradus itself"
    names = [source.name, *([other.name] if other is not None else [])]
    advice = f". {block_options(names)} leaves a plugin out"
    return ConflictError(
        f"plugin {source.label} adds the command '{name}', but so does {owner}{advice}"
    )


def values_of(option: str, arguments: Sequence[str]) -> list[str]:
    """Return the values of `option`, from ``--option VALUE`` or ``--option=VALUE``."""
    words = arguments[: arguments.index("--")] if "--" in arguments else arguments
    apart = [value for word, value in pairwise(words) if word == option]
    joined = [word.partition("=")[2] for word in words if word.startswith(f"{option}=")]
    return apart + joined
