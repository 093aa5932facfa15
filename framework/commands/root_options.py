"""The options of `gradus` itself, which stand before the command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from framework import version_line

_VERBOSE = ("-v", "--verbose")


def _end_with_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(version_line("gradus"))
        raise typer.Exit


def root_options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and end.", callback=_end_with_version, is_eager=True
        ),
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option(*_VERBOSE, help="Log to standard error what is loaded, chosen and started."),
    ] = False,
) -> None:
    """Declare the options; `begin_log` has obeyed `--verbose` before plugins were loaded."""


def begin_log(arguments: Sequence[str]) -> None:
    """Log from now on if `arguments` begin with ``-v`` or ``--verbose``."""
    if arguments and arguments[0] in _VERBOSE:
        from framework.log import show_log

        show_log()
