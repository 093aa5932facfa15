"""What the autograder adds to gradus: its sandboxes, its reporters and its commands."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING

from framework.hookspecs import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import typer

    from autograder.grading.request import GradeRequest
    from autograder.record.results import Report
    from framework.course.catalogue import Catalogue
    from framework.providers.registry import Implementation


@hookimpl
def register_sandboxes() -> dict[str, str]:
    """The sandboxes that ship with gradus."""
    return {
        "bubblewrap": "autograder.isolation.sandboxes.bubblewrap:BubblewrapSandbox",
        "process": "autograder.isolation.sandboxes.process:ProcessSandbox",
    }


@hookimpl
def register_reporters() -> dict[str, str]:
    """The report formats that ship with gradus."""
    from autograder.reports import REPORTERS

    return dict(REPORTERS)


@hookimpl(trylast=True)
def grade_submission(request: GradeRequest) -> Report:
    """Grade in sandboxes on this machine."""
    from autograder.grading.request import answer

    return answer(request)


@hookimpl
def student_implementations(folder: Path, course: Catalogue) -> Iterable[Implementation]:
    """What is written in a student's folder, for ``gradus train --backend student``."""
    from autograder.course.reading import Course
    from autograder.submissions.submission import load_submission, student_implementations

    exercises = Course.read(course.root)
    submission = load_submission(folder, exercises)
    atexit.register(submission.close)  # its staged files are imported when they are needed
    return student_implementations(submission, exercises)


@hookimpl
def add_commands(app: typer.Typer) -> None:
    """The commands for students and instructors."""
    from autograder.commands.audit import audit
    from autograder.commands.calibrate import calibrate
    from autograder.commands.doctor import doctor
    from autograder.commands.hint import hint
    from autograder.commands.list_exercises import list_exercises
    from autograder.commands.notebook import notebook
    from autograder.commands.reset import reset
    from autograder.commands.show import show
    from autograder.commands.stubs import stubs

    app.command("list")(list_exercises)
    for command in (show, hint, reset, stubs, notebook, audit, calibrate, doctor):
        app.command()(command)
