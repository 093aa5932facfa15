"""`gradus`: the root command. Every other command joins it here or through hook `add_commands`."""

from __future__ import annotations

import sys

import typer

from framework.errors import GradusError

HELP = """Build the neural NLP of CS224n piece by piece, and use every piece you build.

Start with `gradus list`, read an exercise with `gradus show activations`, fill in its file under
exercises/, and run `grade activations`."""


def build_app() -> typer.Typer:
    """The application with the commands of the framework and of every plugin."""
    from framework.commands.evaluate import evaluate
    from framework.commands.new import new
    from framework.commands.plugins import plugins
    from framework.commands.sample import sample
    from framework.commands.setup import load_plugins
    from framework.commands.train import train

    app = typer.Typer(help=HELP, add_completion=False, no_args_is_help=True, rich_markup_mode=None)
    found = load_plugins(None, None)
    for warning in found.warnings:
        sys.stderr.write(f"gradus: {warning}\n")
    found.hook.add_commands(app=app)
    for command in (train, evaluate, sample, plugins):
        app.command()(command)
    app.add_typer(new, name="new")
    return app


def main() -> None:
    """Entry point of the command."""
    try:
        build_app()()
    except GradusError as error:
        sys.stderr.write(f"gradus: {error}\n")
        sys.exit(error.exit_code)
