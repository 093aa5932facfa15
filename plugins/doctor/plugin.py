"""The built-in plugin of `gradus doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framework.hookspecs import hookimpl

if TYPE_CHECKING:
    import typer

#: The command of this plugin.
COMMANDS = {"doctor": "plugins.doctor.doctor_command:doctor"}


@hookimpl
def add_commands(app: typer.Typer) -> None:
    """Add `gradus doctor`."""
    from framework.commands.groups import add_commands

    add_commands(app, COMMANDS)
