"""A wrapper around grading, as for a late penalty: here a note is added to every report."""

from collections.abc import Generator
from dataclasses import replace

from autograder.results.report import Report
from framework.hookspecs import GradingRequest, hookimpl


@hookimpl(wrapper=True)
def grade_submission(request: GradingRequest) -> Generator[None, Report, Report]:
    """Grade as before, and add a note to the report."""
    report = yield
    note = f"{len(request.exercises)} graded by the rules of spring term"
    return replace(report, notes=(*report.notes, note))
