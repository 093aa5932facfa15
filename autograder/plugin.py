"""The built-in plugin of the autograder: sandboxes, reporters and commands."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING

from framework.hookspecs import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import typer

    from autograder.grading.request import GradeRequest
    from autograder.results.report import Report
    from framework.course.catalogue import Catalogue
    from framework.providers.registry import Implementation

_HERE = "autograder.commands"

#: The commands for students: name -> where its function is.
COMMANDS = {
    "list": f"{_HERE}.list_exercises:list_exercises",
    "next": f"{_HERE}.next_exercise:show_next",
    "show": f"{_HERE}.show:show",
    "hint": f"{_HERE}.hint:hint",
    "replay": f"{_HERE}.replay:replay",
    "why": f"{_HERE}.why:why",
    "reset": f"{_HERE}.reset:reset",
    "notebook": f"{_HERE}.notebook:notebook",
    "hand-in": f"{_HERE}.hand_in:hand_in",
}


@hookimpl
def register_sandboxes() -> dict[str, str]:
    """Return the sandboxes that ship with gradus."""
    from autograder.sandbox.runners import BUILT_IN

    return dict(BUILT_IN)


@hookimpl
def register_reporters() -> dict[str, str]:
    """Return the report formats that ship with gradus."""
    from autograder.reports import REPORTERS

    return dict(REPORTERS)


@hookimpl(trylast=True)
def grade_submission(request: GradeRequest) -> Report:
    """Grade the request in sandboxes on this machine."""
    from autograder.grading.request import answer

    return answer(request)


@hookimpl
def student_implementations(folder: Path, course: Catalogue) -> Iterable[Implementation]:
    """Return the implementations in a student's folder, for ``gradus train --provider student``."""
    from autograder.course.reading import Course
    from autograder.submissions.submission import load_submission, student_implementations

    exercises = Course.read(course.root)
    submission = load_submission(folder, exercises)
    submission.require(*(exercise.name for exercise in exercises.code_exercises))
    atexit.register(submission.close)  # its staged files are imported on first use
    return student_implementations(submission, exercises)


@hookimpl
def add_commands(app: typer.Typer) -> None:
    """Add the commands for students."""
    from framework.commands.groups import add_commands

    add_commands(app, COMMANDS)
