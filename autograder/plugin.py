"""What the autograder adds to gradus: its sandboxes, its reporters and its commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framework.hookspecs import hookimpl

if TYPE_CHECKING:
    import typer


@hookimpl
def register_sandboxes() -> dict[str, str]:
    """The sandboxes that ship with gradus."""
    return {
        "bubblewrap": "autograder.isolation.sandboxes.bubblewrap:BubblewrapSandbox",
        "process": "autograder.isolation.sandboxes.process:ProcessSandbox",
    }


@hookimpl
def register_reporters() -> dict[str, str]:
    """The report formats that ship with gradus."""
    return {
        "json": "autograder.reports.json_report:render_json",
        "junit": "autograder.reports.junit:render_junit",
        "html": "autograder.reports.html:render_html",
    }


@hookimpl
def add_commands(app: typer.Typer) -> None:
    """The commands for students and instructors."""
    from autograder.commands import COMMANDS

    for name, command in COMMANDS.items():
        app.command(name)(command)
