"""Grades as `grade` does, for tests that read the report."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from autograder.course.reading import Course
from autograder.grading.request import SILENT, GradeRequest, answer
from autograder.grading.setting import GradeOptions, GradingSetting
from autograder.results.report import Report
from autograder.sandbox.runners import Sandbox, choose
from autograder.submissions.submission import load_submission
from framework.errors import SandboxError
from framework.providers.loaded_plugins import Plugins


@cache
def fork_or_process() -> Sandbox:
    """Return the fork server of this process, whose workers start fastest, or else `process`."""
    try:
        return choose("fork")
    except SandboxError:
        return choose("process")


def setting_of(
    course: Course, sandbox: str | Sandbox = "process", **options: Any
) -> GradingSetting:
    """Return how `course` grades with these `GradeOptions`, and with its own plugins."""
    chosen = choose(sandbox) if isinstance(sandbox, str) else sandbox
    return GradingSetting(course, Plugins(course=course), chosen, GradeOptions(**options))


def graded_folder(
    course: Course,
    folder: Path,
    names: Iterable[str] = (),
    *,
    jobs: int = 1,
    listener: Any = SILENT,
    sandbox: str | Sandbox = "process",
    **options: Any,
) -> Report:
    """Return the report on the files in `folder`, by default on all exercises of `course`."""
    setting, exercises = setting_of(course, sandbox, **options), tuple(course.select(names))
    needed = {item.name for item in course.with_required(exercises)} if names else None
    with load_submission(folder, course, needed) as submission:
        return answer(GradeRequest(setting, submission, exercises, jobs, listener))
