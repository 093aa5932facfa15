"""The options of `gradus` itself, before the command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from framework import version_line
from framework.threads import pin_threads

_VERBOSE = ("-v", "--verbose")


def _end_with_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(version_line("gradus"))
        raise typer.Exit


def root_options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version.", callback=_end_with_version, is_eager=True
        ),
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option(*_VERBOSE, help="Log plugins, choices and processes to standard error."),
    ] = False,
    plugin: Annotated[
        list[str] | None,
        typer.Option(
            help="Also load this plugin, a module or a path, for the commands that it adds. "
            "Commands that use plugins have an option of this name of their own.",
        ),
    ] = None,
    block: Annotated[
        list[str] | None, typer.Option(help="Leave out the commands of the plugin of this name.")
    ] = None,
) -> None:
    """Declare the options; `prepare_process` obeys `--verbose`, and `Root` loads the plugins."""


def prepare_process(arguments: Sequence[str]) -> None:
    """Prepare the process before plugins and NumPy are imported.

    Args:
        arguments: if they begin with ``-v``, the log begins. `gradus compare` gets one thread.
    """
    if arguments and arguments[0] in _VERBOSE:
        from framework.log import show_log

        show_log()
    if "compare" in arguments:
        pin_threads()
