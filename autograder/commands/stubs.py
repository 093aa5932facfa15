"""``gradus stubs``: exercises made from solutions, and held in step with them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.options import CourseOption, say, shown
from autograder.course.reading import Course, find_course
from autograder.course.stub_files import stub_files, write_stubs
from framework.errors import ConflictError


def stubs(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if any stub is out of date.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite edited stubs too, after a backup.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Make the stubs of all exercises from their solutions.

    Between `# BEGIN SOLUTION` and `# END SOLUTION` a stub has a TODO instead. A stub that holds
    somebody's edits is left alone.
    """
    found = find_course(course)
    if check:
        _check(found)
    else:
        _write(found, force)


def _check(course: Course) -> None:
    files = stub_files(course)
    drifted = [file for file in files if file.drifted]
    for file in drifted:
        say(f"{shown(file.path)} is not what its solution gives:\n{file.diff()}\n")
    if drifted:
        say(f"{len(drifted)} of {len(files)} stubs are out of date: `gradus stubs` writes them.")
        raise typer.Exit(1)
    say(f"All {len(files)} stubs are up to date.")


def _write(course: Course, force: bool) -> None:
    result = write_stubs(course, force=force)
    for copy in result.backups:
        say(f"edits are kept as {shown(copy)}")
    for path in result.written:
        say(f"wrote {shown(path)}")
    if result.kept:
        raise ConflictError(_refusal(result.kept))
    if not result.written:
        say("All stubs are up to date.")


def _refusal(kept: tuple[Path, ...]) -> str:
    files = ", ".join(shown(path) for path in kept)
    return f"not overwritten, for the edits they hold: {files}. `gradus stubs --force` does"
