"""A wrapper around grading, as for a late penalty: here a note is added to every report."""

from collections.abc import Generator
from dataclasses import replace
from typing import Any

from framework.hookspecs import hookimpl


@hookimpl(wrapper=True)
def grade_submission(request: Any) -> Generator[None, Any, Any]:
    """Grade as before, and add a note to the report."""
    report = yield
    note = f"{len(request.exercises)} graded by the rules of spring term"
    return replace(report, notes=(*report.notes, note))
