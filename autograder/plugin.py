"""The built-in plugin of the autograder: sandboxes, reporters and commands."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING

from framework.hookspecs import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import typer

    from autograder.classes.similarity.pairs import Comparison
    from autograder.grading.request import GradeRequest
    from autograder.record.results import Report
    from framework.course.catalogue import Catalogue
    from framework.providers.registry import Implementation

_HERE = "autograder.commands"
_AUTHORS = f"{_HERE}.authoring"

#: The commands for students and instructors: name -> where it is, the first sentence of its help.
COMMANDS = {
    "list": (
        f"{_HERE}.list_exercises:list_exercises",
        "Show all exercises, their points and your progress.",
    ),
    "show": (
        f"{_HERE}.show:show",
        "Show the text of an exercise, with its equations and shapes.",
    ),
    "hint": (
        f"{_HERE}.hint:hint",
        "Show the next hint; the last hints give almost the whole answer.",
    ),
    "replay": (
        f"{_HERE}.student.replay:replay",
        "Make the call of a failed check again in this terminal, where a debugger works.",
    ),
    "why": (
        f"{_HERE}.why:why",
        "Show how a check came to its verdict: each rule that decided, with its reason.",
    ),
    "reset": (
        f"{_HERE}.reset:reset",
        "Restore the original stub, after a backup of your file.",
    ),
    "stubs": (
        f"{_AUTHORS}.stubs:stubs",
        "Generate the stubs of all exercises from their solutions.",
    ),
    "notebook": (
        f"{_HERE}.notebook:notebook",
        "Write an exercise as a notebook: its text, and a cell for each task.",
    ),
    "kit": (
        f"{_HERE}.kit:kit",
        "Build and update student kits: exercises without solutions.",
    ),
    "class": (
        "autograder.classes.commands.app:classes",
        "Collect the submissions of a class, grade them, and compare runs.",
    ),
    "gradescope": (
        f"{_HERE}.gradescope:gradescope",
        "Build the autograder of an assignment on Gradescope.",
    ),
    "course": (
        f"{_AUTHORS}.course:course",
        "Pin a running course, and say what changed for grades.",
    ),
    "check": (
        f"{_AUTHORS}.check:check",
        "Run everything that an author of an exercise can get wrong, each with its fix.",
    ),
    "audit": (
        f"{_AUTHORS}.audit:audit",
        "Prove that the checks catch wrong answers.",
    ),
    "calibrate": (
        f"{_AUTHORS}.calibrate:calibrate",
        "Measure the metrics of the reference, and write the thresholds to exercise.toml.",
    ),
    "manual-points": (
        f"{_HERE}.manual_points:manual_points",
        "Write a row for each answer in prose, in which an instructor enters points.",
    ),
    "doctor": (
        f"{_HERE}.doctor:doctor",
        "Check this installation: versions, sandboxes, course, plugins, folders.",
    ),
}


@hookimpl
def register_sandboxes() -> dict[str, str]:
    """Return the sandboxes that ship with gradus."""
    return {
        "bubblewrap": "autograder.isolation.sandboxes.bubblewrap:BubblewrapSandbox",
        "process": "autograder.isolation.sandboxes.base:ProcessSandbox",
        "fork": "autograder.isolation.sandboxes.fork:ForkSandbox",
    }


@hookimpl
def register_reporters() -> dict[str, str]:
    """Return the report formats that ship with gradus."""
    from autograder.reports import REPORTERS

    return dict(REPORTERS)


@hookimpl
def register_gradebooks() -> dict[str, str]:
    """Return the gradebooks of learning systems that can be filled."""
    from autograder.classes.gradebooks import GRADEBOOKS

    return dict(GRADEBOOKS)


@hookimpl(trylast=True)
def grade_submission(request: GradeRequest) -> Report:
    """Grade the request in sandboxes on this machine."""
    from autograder.grading.request import answer

    return answer(request)


@hookimpl(trylast=True)
def similar_pairs(comparison: Comparison) -> Iterable[tuple[str, str, float]]:
    """Compare token sequences of the code of a task."""
    from autograder.classes.similarity.pairs import similar_pairs as compare

    return compare(comparison)


@hookimpl
def student_implementations(folder: Path, course: Catalogue) -> Iterable[Implementation]:
    """Return the implementations in a student's folder, for ``gradus train --backend student``."""
    from autograder.course.reading import Course
    from autograder.submissions.submission import load_submission, student_implementations

    exercises = Course.read(course.root)
    submission = load_submission(folder, exercises)
    submission.require(*(exercise.name for exercise in exercises.code_exercises))
    atexit.register(submission.close)  # its staged files are imported on first use
    return student_implementations(submission, exercises)


@hookimpl
def add_commands(app: typer.Typer) -> None:
    """Add the commands for students and instructors."""
    from framework.commands.on_demand import add_commands_on_demand

    add_commands_on_demand(app, COMMANDS)
