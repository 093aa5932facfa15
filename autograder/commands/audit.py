"""``gradus audit``: whether the checks catch what they must."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.options import CourseOption, console
from autograder.commands.progress import progress
from autograder.course.reading import find_course
from framework.errors import UsageError
from framework.threads import pin_threads


def audit(
    exercises: Annotated[
        list[str] | None, typer.Argument(help="Exercises or units; by default all.")
    ] = None,
    mistakes: Annotated[
        bool, typer.Option("--mistakes", help="Only the mistakes of mistakes.toml.")
    ] = False,
    operator: Annotated[
        str, typer.Option(metavar="NAME", help="Only the mutants of this operator.")
    ] = "",
    jobs: Annotated[
        int, typer.Option(min=0, help="Processes side by side; 0: one per processor.")
    ] = 0,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the findings here too.")
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Remember every trial in FILE, and skip those that it knows already, as long as "
            "solutions, checks and gradus are what they were.",
        ),
    ] = None,
    sandbox: Annotated[str, typer.Option(help="auto, bubblewrap or process.")] = "auto",
    course: CourseOption = None,
) -> None:
    """Prove that the checks can tell right from wrong.

    Every mistake in mistakes.toml and every small automatic change of a solution is handed in and
    graded. A mistake must fail the checks of its task and of no other; an automatic change must
    fail some check, unless equivalents.toml says why it is right. Exit code 1 if not.
    """
    pin_threads()  # processes run side by side
    if mistakes and operator:
        raise UsageError("--mistakes tries no operator and --operator no mistakes: choose one")
    from autograder.audit import report
    from autograder.audit.auditing import Scope
    from autograder.audit.auditing import audit as carry_out
    from autograder.audit.journal import Journal
    from autograder.grading.setting import Setting
    from autograder.isolation.sandboxes import choose
    from framework.providers.plugins import Plugins

    found = find_course(course)
    scope = Scope(tuple(found.select(exercises or ())), mistakes, operator)
    setting = Setting(found, Plugins(course=found), choose(sandbox))
    journal = Journal(resume, found) if resume else None
    with progress("auditing") as tell:
        result = carry_out(setting, scope, jobs, tell, journal)
    report.show(result, console(), by_operator=not mistakes)
    if json_file is not None:
        json_file.write_text(report.to_json(result), "utf-8")
    if result.exit_code:
        raise typer.Exit(result.exit_code)
