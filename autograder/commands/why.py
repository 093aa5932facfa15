"""``gradus why CHECK``: prints how a check came to its verdict, rule by rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.course.reading import Course, Exercise
from autograder.course.working_directory import own_course
from framework.commands import options as shared
from framework.commands.output import say
from framework.errors import UnknownNameError

if TYPE_CHECKING:
    from autograder.grading.setting import GradeOptions
    from autograder.results.report import CheckResult, Report


def why(
    check: Annotated[
        str,
        typer.Argument(
            metavar="CHECK",
            help="A check, as `grade` shows it: test_EXERCISE.py::TEST, or questions.md::QUESTION.",
        ),
    ],
    submission: shared.GradedSubmission = None,
    backend: shared.BackendName = "numpy",
    device: shared.Device = "cpu",
    seed: shared.Seed = None,
    sandbox: shared.Sandbox = "auto",
    show_hidden: Annotated[
        bool, typer.Option("--show-hidden", help="Show the messages of hidden checks too.")
    ] = False,
    plugin: shared.PluginOption = None,
    block: shared.BlockOption = None,
    course: shared.CourseOption = None,
) -> None:
    """Show how a check came to its verdict: each rule that decided, with its reason.

    The exercise is graded again, together with the parts that its failing checks use.
    """
    from autograder.grading.setting import GradeOptions
    from autograder.replays.recorded_calls import exercise_of

    options = GradeOptions(
        submission=submission,
        backend=backend,
        device=device,
        seed=seed,
        sandbox=sandbox,
        plugins=tuple(plugin or ()),
        blocked=tuple(block or ()),
    )
    chosen = own_course(course)
    exercise = exercise_of(check, chosen, decided=True)
    if exercise.questions:
        check = f"{exercise.stub.name}::{check.partition('::')[2]}"
    report = _graded(exercise, options, chosen)
    checks = {result.id: result for result in report.checks}
    if "" in checks:  # no check has run: nothing is written, handed in or readable
        for result in report.checks:
            say(f"{result.title}: {result.verdict.value}: {result.message}")
        return
    if check not in checks:
        raise UnknownNameError("check", check, sorted(checks))
    for line in explanation(checks[check], show_messages=show_hidden or not checks[check].hidden):
        say(line, later=" " * 5)


def _graded(exercise: Exercise, options: GradeOptions, course: Course) -> Report:
    from autograder.grading.request import GradeRequest, answer
    from autograder.grading.setting import open_setting
    from autograder.submissions.submission import load_submission

    setting = open_setting(options, course)
    required = [other.name for other in course.with_required([exercise])]
    with load_submission(options.place(course), course, required) as submission:
        return answer(GradeRequest(setting, submission, (exercise,)))


def explanation(check: CheckResult, *, show_messages: bool) -> Iterator[str]:
    """Yield the lines that explain the verdict of `check`."""
    yield f"{check.id}: {check.title}"
    yield f"{check.verdict.value}, {check.earned:g} of {check.points:g} points"
    for number, reason in enumerate(check.reasons, 1):
        text = f": {reason.text}" if reason.text and show_messages else ""
        yield f"  {number}. {reason.rule:<13} {reason.verdict.value}{text}"
    if check.message and show_messages:
        for detail in check.details:
            yield f"     {detail}"
