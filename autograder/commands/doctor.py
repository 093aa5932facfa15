"""`gradus doctor`: what is installed, what works, and a bundle for bug reports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from framework.commands.options import BlockOption, PluginOption
from framework.course.folder import find_course_folder

if TYPE_CHECKING:
    from autograder.installation.inspection import FactSection


def doctor(
    bundle: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Save a redacted bug report: .zip or .txt."),
    ] = None,
    plugin: PluginOption = None,
    block: BlockOption = None,
) -> None:
    """Check this installation: versions, sandboxes, course, plugins, folders.

    The exit code is 1 where something does not work. `--bundle FILE` saves the report without
    paths of home, names of user and system, and values of the environment. Read it before you
    send it.
    """
    from autograder.installation.bundle import Redactor, check_bundle, write_bundle
    from autograder.installation.inspection import report_lines
    from framework.log import recorded_log

    if bundle is not None:
        check_bundle(bundle)
    with recorded_log() as log:
        sections = examine(plugin or (), block or ())
    for line in report_lines(sections):
        typer.echo(line)
    if bundle is not None:
        course = find_course_folder()
        folders = {"course": course} if course is not None else {}
        write_bundle(bundle, sections, log, Redactor(folders))
        typer.echo(f"Saved {bundle}. Read it before you send it.")
    if any(section.problems for section in sections):
        raise typer.Exit(1)


def examine(plugin: Sequence[str], block: Sequence[str]) -> list[FactSection]:
    """Return all that can be found out; what fails is a problem of its section."""
    from autograder.installation.inspection import (
        course_facts,
        place_facts,
        plugin_facts,
        sandbox_facts,
        section,
        version_facts,
    )

    return [
        section("versions", version_facts),
        section("sandboxes", lambda: sandbox_facts(plugin, block)),
        section("course", course_facts),
        section("plugins", lambda: plugin_facts(plugin, block)),
        section("folders", place_facts),
    ]
