"""`gradus doctor`: what is installed, and what works."""

from __future__ import annotations

import typer

from framework.commands.options import BlockOption, PluginOption


def doctor(plugin: PluginOption = None, block: BlockOption = None) -> None:
    """Check this installation: versions, sandboxes, course, plugins, folders.

    The exit code is 1 where something does not work.
    """
    from plugins.doctor.inspection import examine, problems_in, report_lines

    sections = examine(plugin or (), block or ())
    for line in report_lines(sections):
        typer.echo(line)
    if problems_in(sections):
        raise typer.Exit(1)
