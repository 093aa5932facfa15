"""What to do next: the first thing that is not passed, and the commands that help with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autograder.course.reading import Use
from autograder.course.working_directory import from_here
from autograder.reports.common_causes import is_short
from autograder.reports.wording import counted
from autograder.results.report import FINE, ExerciseResult, Report
from autograder.verdicts import Verdict


@dataclass(frozen=True)
class Advice:
    """A sentence, commands with what each does, and a use of the exercise that has passed."""

    sentence: str
    commands: tuple[tuple[str, str], ...] = ()
    use: Use | None = None


def advice(report: Report, folder: str = "exercises") -> Advice:
    """Return what to do after `report`; the submission is in `folder`, as its author writes it."""
    result = _first(report)
    if result is None:
        return _after_a_pass(report)
    again = report.commands.grade(result.name)
    if result.verdict is Verdict.NOT_GRADED:
        sentence = (
            f"{result.name} could not be graded: a fault of the grader, not of the submission. "
            "Its points are open."
        )
        return Advice(sentence, ((again, "tries it again"),))
    if all(not exercise.file for exercise in report.exercises) and not any(
        check.id for check in report.checks
    ):
        return Advice("Nothing that was handed in could be graded: the notes say why.")
    if report.provenance.provider:
        return Advice(f"Next: {result.name}", ((again, "grades it alone"),))
    hint = (report.commands.gradus("hint", result.name), "gives a hint, one more each time")
    if not is_short(result):
        return Advice("" if len(report.exercises) == 1 else f"Next: {result.name}", (hint,))
    show = (report.commands.gradus("show", result.name), "says what to do")
    return Advice(_start(report, result, folder), (show,))


def _after_a_pass(report: Report) -> Advice:
    """Return what comes next where all has passed."""
    passed = "All passed."
    if count := report.for_a_person:
        waits = f"{counted(count, 'point')} {'waits' if count == 1 else 'wait'}"
        passed = f"All that a program checks has passed; {waits} for a person."
    elif any(result.verdict is Verdict.NEEDS_GRADER for result in report.exercises):
        passed = "All passed that a kit can decide."
    if report.hidden_points:
        passed += f" The course has hidden checks, too: {counted(report.hidden_points, 'point')}."
    if (following := report.following) is None:
        return Advice(passed, use=report.use)
    show = (report.commands.gradus("show", following.name), "says what to do")
    sentence = f"{passed} Next: {following.name}, in {following.file}"
    if not report.commands.in_notebook:
        return Advice(sentence, (show,), report.use)
    notebook = (report.commands.gradus("notebook", following.name), "writes it as a notebook")
    return Advice(sentence, (show, notebook), report.use)


def _first(report: Report) -> ExerciseResult | None:
    """Return the first exercise to work on; exercises that wait come later."""
    left = [result for result in report.exercises if result.verdict not in FINE]
    waiting = [Verdict.BLOCKED, Verdict.NOT_GRADED]
    ready = (result for result in left if result.verdict not in waiting)
    return next(ready, left[0] if left else None)


def _start(report: Report, result: ExerciseResult, folder: str) -> str:
    named = (check.id.partition("::")[0] for check in result.checks)  # a question names its file
    file = next((name for name in named if name.endswith(".md")), f"{result.name}.py")
    own = result.file or f"{result.unit}/{result.name}/{file}"
    begin = "Start" if report.earned == 0 else "Go on"
    return f"{begin} with {result.name}: open {from_here(Path(folder, own))}"
