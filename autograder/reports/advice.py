"""What to do next: the first thing that is not passed, and the commands that help with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autograder.course.working_directory import from_here
from autograder.reports.wording import counted
from autograder.results.commands import Commands
from autograder.results.report import FINE, ExerciseResult, Report
from autograder.verdicts import Verdict


@dataclass(frozen=True)
class Advice:
    """A sentence, and commands with what each command does; no command if nothing is left to do."""

    sentence: str
    commands: tuple[tuple[str, str], ...] = ()


def advice(report: Report, folder: str = "exercises") -> Advice:
    """Return what to do after `report`.

    Args:
        folder: where the submission lies, as its author would write it.
    """
    result = _first(report)
    if result is None:
        return _after_a_pass(report)
    again = (report.commands.grade(result.name), "grades it alone")
    if result.verdict is Verdict.NOT_GRADED:
        sentence = (
            f"{result.name} could not be graded: a fault of the grader, not of the submission. "
            "Its points are open."
        )
        return Advice(sentence, ((again[0], "tries it again"),))
    if _nothing_handed_in(report):
        return Advice("Nothing that was handed in could be graded: the notes say why.")
    if report.provenance.provider:
        return Advice(f"Next: {result.name}", (again,))
    return Advice(_sentence(report, result, folder), (*_help(result, report.commands), again))


def _after_a_pass(report: Report) -> Advice:
    """Return what comes next where all has passed."""
    following, passed = report.following, _all_passed(report)
    if following is None:
        return Advice(passed)
    commands = report.commands
    return Advice(
        f"{passed} Next: {following.name}, in {following.file}",
        (
            (commands.gradus("show", following.name), "says what to do"),
            commands.of_following(following.name),
        ),
    )


def _all_passed(report: Report) -> str:
    count = report.for_a_person
    if not count:
        needs = any(result.verdict is Verdict.NEEDS_GRADER for result in report.exercises)
        return "All passed that a kit can decide." if needs else "All passed."
    waits = "waits" if count == 1 else "wait"
    return f"All that a program checks has passed; {counted(count, 'point')} {waits} for a person."


def _nothing_handed_in(report: Report) -> bool:
    """Return whether no file of an exercise was handed in, and no check has run."""
    return all(
        not result.file and all(check.id == "" for check in result.checks)
        for result in report.exercises
    )


def _first(report: Report) -> ExerciseResult | None:
    """Return the first exercise to work on; exercises that wait come later."""
    left = [result for result in report.exercises if result.verdict not in FINE]
    waiting = [Verdict.BLOCKED, Verdict.NOT_GRADED]
    ready = (result for result in left if result.verdict not in waiting)
    return next(ready, left[0] if left else None)


def _sentence(report: Report, result: ExerciseResult, folder: str) -> str:
    if any(check.verdict is not Verdict.NOT_STARTED for check in result.checks):
        return f"Next: {result.name}"
    own = result.file or f"{result.unit}/{result.name}/{_file_of(result)}"
    begin = "Start" if report.earned == 0 else "Go on"
    return f"{begin} with {result.name}: open {from_here(Path(folder, own))}"


def _file_of(result: ExerciseResult) -> str:
    """Return the name of the file to write; a check of a question names it."""
    named = [check.id.partition("::")[0] for check in result.checks if check.id]
    return next((name for name in named if name.endswith(".md")), f"{result.name}.py")


def _help(result: ExerciseResult, commands: Commands) -> tuple[tuple[str, str], ...]:
    return (
        (commands.gradus("show", result.name), "says what to do"),
        (commands.gradus("hint", result.name), "gives a hint, one more each time"),
    )
