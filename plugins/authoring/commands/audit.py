"""``gradus audit``: proves that the checks catch wrong answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from autograder.course.reading import find_course
from autograder.reports.wording import counted
from autograder.sandbox.runners import AUTO
from framework.commands.options import CourseOption, ExercisesOrUnits, Jobs
from framework.commands.output import console, progress, say, shown, stopped_with
from framework.errors import UsageError
from framework.threads import pin_threads

if TYPE_CHECKING:
    from autograder.sandbox.runners import Sandbox


def audit(
    exercises: ExercisesOrUnits = None,
    mistakes: Annotated[
        bool, typer.Option("--mistakes", help="Try only the mistakes of mistakes.toml.")
    ] = False,
    jobs: Jobs = 0,
    accept: Annotated[
        bool,
        typer.Option(
            "--accept",
            help="Add surviving mutants to equivalents.toml, with empty reasons. An empty reason "
            "is an error until you write it.",
        ),
    ] = False,
    sandbox: Annotated[
        str,
        typer.Option(
            help="Sandbox: bubblewrap, process, fork, or auto: fork if it contains everything here."
        ),
    ] = AUTO,
    course: CourseOption = None,
) -> None:
    """Prove that the checks catch wrong answers.

    Every mistake in mistakes.toml and every small automatic change of a solution is graded. A
    mistake must fail only the checks of its task. An automatic change must fail a check, unless
    equivalents.toml says why it is right. Otherwise the exit code is 1.
    """
    pin_threads()  # processes run in parallel
    if mistakes and accept:
        raise UsageError("--accept is about automatic changes: leave out --mistakes")
    from autograder.grading.setting import GradingSetting
    from framework.providers.loaded_plugins import Plugins
    from plugins.authoring.audit.auditing import audit as carry_out
    from plugins.authoring.audit.equivalents import accept as add_equivalents
    from plugins.authoring.audit.findings import show

    chosen_course = find_course(course)
    chosen = chosen_course.select(exercises or ())
    setting = GradingSetting(chosen_course, Plugins(course=chosen_course), _sandbox(sandbox))
    kept = "nothing is kept. An audit of one exercise or one unit is shorter: name it"
    with stopped_with(lambda: kept), progress("auditing") as report_progress:
        result = carry_out(
            setting, chosen, mistakes_only=mistakes, jobs=jobs, on_finding=report_progress
        )
    show(result, console())
    if accept:
        written = add_equivalents(result, chosen_course)
        for file, count in written.items():
            say(f"added to {shown(file)}: {counted(count, 'change')}; write why each is right")
        if not written:
            say("Nothing was added: no automatic change survived.")
    if result.exit_code:
        raise typer.Exit(result.exit_code)


def _sandbox(name: str) -> Sandbox:
    """Return the sandbox `name`; for `auto` the one that starts workers fastest."""
    from autograder.sandbox.runners import choose
    from autograder.sandbox.runners.fork import ForkSandbox

    is_forked = name == AUTO and not ForkSandbox().unavailable()
    return ForkSandbox() if is_forked else choose(name)
