"""The built-in plugin for authors of courses: its commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framework.hookspecs import hookimpl

if TYPE_CHECKING:
    import typer

_HERE = "plugins.authoring.commands"

#: The commands of this plugin: name -> where its function or its group is.
COMMANDS = {
    "stubs": f"{_HERE}.stubs:stubs",
    "check": f"{_HERE}.check:check",
    "audit": f"{_HERE}.audit:audit",
    "calibrate": f"{_HERE}.calibrate:calibrate",
    "kit": f"{_HERE}.kit:kit",
    "gradescope": f"{_HERE}.gradescope:gradescope",
    "course": f"{_HERE}.course:course",
}


@hookimpl
def add_commands(app: typer.Typer) -> None:
    """Add the commands for authors."""
    from framework.commands.groups import add_commands

    add_commands(app, COMMANDS)
