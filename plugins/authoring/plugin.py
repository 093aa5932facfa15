"""The built-in plugin for authors of courses: its commands, and reports for services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framework.hookspecs import hookimpl

if TYPE_CHECKING:
    import typer

#: The commands of this plugin: name -> where its function or its group is.
COMMANDS = {
    name: f"plugins.authoring.commands.{name}:{name}"
    for name in ("stubs", "check", "audit", "calibrate", "kit", "gradescope", "course")
} | {"new": "plugins.authoring.new.group:new"}


@hookimpl
def register_reporters() -> dict[str, str]:
    """Return the report formats for services."""
    from plugins.authoring.services import REPORTERS

    return dict(REPORTERS)


@hookimpl
def add_commands(app: typer.Typer) -> None:
    """Add the commands for authors."""
    from framework.commands.groups import add_commands

    add_commands(app, COMMANDS)
