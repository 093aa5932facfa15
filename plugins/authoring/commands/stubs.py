"""``gradus stubs``: generates the exercises from the solutions."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.course.reading import find_course
from framework.commands.options import CourseOption
from framework.commands.output import say, shown
from framework.errors import ConflictError
from plugins.authoring.stub_files import difference, stub_files, write_stubs


def stubs(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if a stub is out of date.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Also overwrite edited stubs, after a backup.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Generate the stubs of all exercises from their solutions.

    A stub has a TODO instead of the code between `# BEGIN SOLUTION` and `# END SOLUTION`. Edited
    stubs are not overwritten.
    """
    chosen_course = find_course(course)
    if check:
        files = stub_files(chosen_course)
        drifted = [file for file in files if file.drifted]
        for file in drifted:
            say(f"{shown(file.path)} differs from the stub of its solution:")
            typer.echo(f"{difference(file)}\n")
        if drifted:
            say(f"Out of date: {len(drifted)} of {len(files)} stubs. `gradus stubs` writes them.")
            raise typer.Exit(1)
        say(f"All {len(files)} stubs are up to date.")
        return
    result = write_stubs(chosen_course, force=force)
    for copy in result.backups:
        say(f"edits are saved as {shown(copy)}")
    for path in result.written:
        say(f"wrote {shown(path)}")
    if result.kept:
        kept = ", ".join(map(shown, result.kept))
        raise ConflictError(
            f"not overwritten, they contain edits: {kept}. `gradus stubs --force` overwrites them"
        )
    if not result.written:
        say("All stubs are up to date.")
