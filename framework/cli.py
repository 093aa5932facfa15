"""`gradus`: the root command. Every other command joins it here or through hook `add_commands`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from framework.errors import GradusError

HELP = """Build the neural NLP of CS224n piece by piece, and use every piece you build.

Start with `gradus list`, read an exercise with `gradus show activations`, fill in its file under
exercises/, and run `grade activations`."""


def build_app(arguments: Sequence[str] = ()) -> typer.Typer:
    """The application with the commands of the framework and of every plugin.

    Args:
        arguments: the command line. Which commands there are depends on its ``--plugin`` and
            ``--block``, so these are read before anything else is.
    """
    from framework.commands.setup import load_plugins
    from framework.plugin_commands import add_plugin_commands

    app = typer.Typer(help=HELP, add_completion=False, no_args_is_help=True, rich_markup_mode=None)
    found = load_plugins(_values(arguments, "--plugin"), _values(arguments, "--block"))
    for warning in found.warnings:
        sys.stderr.write(f"gradus: {warning}\n")
    own = _own_commands()
    add_plugin_commands(app, found)
    app.registered_commands += own.registered_commands
    app.registered_groups += own.registered_groups
    return app
