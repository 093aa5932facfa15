"""The options of `gradus` itself, before the command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from framework import version_line
from framework.commands.on_demand import values_of
from framework.threads import pin_threads

_VERBOSE = ("-v", "--verbose")
_WITH_VALUE = ("--course", "--plugin", "--block")
#: The commands that take times, on one thread.
_TIMED = ("compare", "experiment")


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
    course: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR|NAME",
            help="Folder of the course, or name of an installed one; `gradus plugins` lists them. "
            "Default: the course of the working directory.",
        ),
    ] = None,
    block: Annotated[
        list[str] | None, typer.Option(help="Leave out the commands of the plugin of this name.")
    ] = None,
) -> None:
    """Declare the options; `prepare_process` and `Root` obey them."""


def _before_command(arguments: Sequence[str]) -> list[str]:
    """Return the options before the command, with their values."""
    found: list[str] = []
    remaining = iter(arguments)
    for word in remaining:
        if not word.startswith("-"):
            break
        found.append(word)
        if word in _WITH_VALUE:
            found += [value for value in [next(remaining, None)] if value is not None]
    return found


def _choose_course(course: str, arguments: Sequence[str]) -> None:
    from framework.course.catalogue import Catalogue
    from framework.course.folder import choose_course_folder
    from framework.providers.courses import named_course_folder

    plugins = values_of("--plugin", arguments)
    root = named_course_folder(Path(course), plugins, values_of("--block", arguments))
    choose_course_folder(Catalogue.read(root).root.resolve())


def prepare_process(arguments: Sequence[str]) -> None:
    """Prepare the process before plugins and NumPy are imported.

    Args:
        arguments: if they begin with ``-v``, the log begins. ``--course`` before the command
            chooses the active course. Commands that take times get one thread.

    Raises:
        UnknownNameError: there is no such course.
    """
    if arguments and arguments[0] in _VERBOSE:
        from framework.log import show_log

        show_log()
    if courses := values_of("--course", _before_command(arguments)):
        _choose_course(courses[-1], arguments)
    if any(command in arguments for command in _TIMED):
        pin_threads()
