"""Commands that plugins add to `gradus`: each has one owner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

import typer
from typer.main import get_command_name, solve_typer_info_defaults

from framework.errors import ConflictError, block_options
from framework.providers.plugin_sources import Source
from framework.providers.plugins import Plugins


def add_plugin_commands(
    app: typer.Typer, plugins: Plugins, own: Collection[str] = ()
) -> dict[str, Source]:
    """Let every plugin add its commands to `app`, and return command -> plugin.

    Args:
        app: the application.
        plugins: the plugins.
        own: names that no plugin may use.

    Raises:
        ConflictError: two plugins add one command, or a plugin one of `own`: typer alone would
            hide the first.
        PluginError: a plugin's hook raises.
    """
    owners: dict[str, Source] = {}
    for source in plugins.sources:
        before = Counter(command_names(app))
        plugins.ask(source, "add_commands", app=app)
        for name in Counter(command_names(app)) - before:
            if name in owners or name in own:
                raise _conflict(name, source, owners.get(name))
            owners[name] = source
    return owners


def command_names(app: typer.Typer) -> list[str]:
    """Return the names of the commands and groups of `app`, with repeats."""
    commands = [
        command.name or get_command_name(command.callback.__name__)
        for command in app.registered_commands
        if command.callback is not None
    ]
    groups = [solve_typer_info_defaults(group).name for group in app.registered_groups]
    return commands + [name for name in groups if name]


def _conflict(name: str, source: Source, other: Source | None) -> ConflictError:
    owner = f"the plugin {other.label}" if other is not None else "gradus itself"
    names = [source.name, *([other.name] if other is not None else [])]
    advice = f". {block_options(names)} leaves a plugin out"
    return ConflictError(
        f"plugin {source.label} adds the command '{name}', but so does {owner}{advice}"
    )
