"""`gradus`: the root command. Every other command joins it here or through hook `add_commands`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import typer

from framework.errors import GradusError

if TYPE_CHECKING:
    from framework.providers.plugins import Plugins

HELP = """Build the neural NLP of CS224n piece by piece, and use every piece you build.

Start with `gradus list`, read an exercise with `gradus show activations`, fill in its file under
exercises/, and run `grade activations`."""


def build_app(arguments: Sequence[str] = ()) -> typer.Typer:
    """The application with the commands of the framework and of every plugin.

    Args:
        arguments: the command line. Which commands there are depends on its ``--plugin`` and
            ``--block``, so these are read before anything else is.
    """
    from framework.commands.root_options import root_options
    from framework.commands.setup import load_plugins
    from framework.providers.plugin_commands import add_plugin_commands, command_names

    app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)
    app.callback(help=HELP)(root_options)
    found = load_plugins(_values(arguments, "--plugin"), _values(arguments, "--block"))
    for warning in found.warnings:
        sys.stderr.write(f"gradus: {warning}\n")
    own = _own_commands(found)
    add_plugin_commands(app, found, own=command_names(own))
    app.registered_commands += own.registered_commands
    app.registered_groups += own.registered_groups
    return app


def _own_commands(found: Plugins) -> typer.Typer:
    from framework.commands.compare import compare
    from framework.commands.corpora import corpora
    from framework.commands.evaluate import evaluate
    from framework.commands.neighbors import analogy, neighbors, plot_words
    from framework.commands.new import new
    from framework.commands.plugins import plugins
    from framework.commands.sample import sample
    from framework.commands.train.group import train_group

    app = typer.Typer()
    for command in (compare, evaluate, sample, neighbors, analogy, plot_words, corpora, plugins):
        app.command()(command)
    app.add_typer(train_group(found), name="train")
    app.add_typer(new, name="new")
    return app


def _values(arguments: Sequence[str], option: str) -> list[str]:
    """What `option` is given, as ``--option VALUE`` or ``--option=VALUE``."""
    words = arguments[: arguments.index("--")] if "--" in arguments else arguments
    apart = [value for word, value in pairwise(words) if word == option]
    joined = [word.partition("=")[2] for word in words if word.startswith(f"{option}=")]
    return apart + joined


def main() -> None:
    """Entry point of the command."""
    from framework.commands.root_options import begin_log

    try:
        arguments = sys.argv[1:]
        begin_log(arguments)
        build_app(arguments)(arguments)
    except GradusError as error:
        sys.stderr.write(f"gradus: {error}\n")
        sys.exit(error.exit_code)
