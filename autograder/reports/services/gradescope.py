"""Gradescope: ``results.json`` of an autograder."""

from __future__ import annotations

from typing import Any

from autograder.record.results import CheckResult, ExerciseResult, Report
from autograder.reports.hiding import for_student
from autograder.reports.services.facts import json_text, name_of, text_of
from autograder.reports.wording import open_points, points, remarks, waiting_words
from autograder.verdicts import Verdict


def render_gradescope(report: Report, *, show_hidden: bool = False) -> str:
    """Return ``results.json``.

    Points that wait for a person have no score. A report with a fault of the grader is no result:
    what calls this has to end with an error instead, or the student would get 0 points.

    Args:
        show_hidden: whether the facts of hidden checks are shown; only for instructors.
    """
    report = report if show_hidden else for_student(report)
    tests = [
        _test(exercise, check, f"{first}.{second}")
        for first, exercise in enumerate(report.exercises, 1)
        for second, check in enumerate(exercise.checks, 1)
        if check.verdict is not Verdict.SKIPPED
    ]
    table = {
        "score": round(report.earned, 4),
        "execution_time": round(report.seconds),
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "output": _summary(report),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "extra_data": _extra(report),
        "tests": tests,
    }
    return json_text(table)


def _test(exercise: ExerciseResult, check: CheckResult, number: str) -> dict[str, Any]:
    found = {
        "name": name_of(exercise, check),
        "number": number,
        "max_score": check.points,
        "output": text_of(check),
        "tags": [exercise.name, check.verdict.value],
        "visibility": "visible",
        "extra_data": {"id": check.id, "diagnosis": check.diagnosis.id if check.diagnosis else ""},
    }
    if check.not_graded or check.for_a_person:
        return found
    status = "passed" if check.verdict is Verdict.PASSED else "failed"
    return {**found, "score": check.earned, "status": status}


def _summary(report: Report) -> str:
    head = ", ".join(filter(None, (points(report), open_points(report))))
    return "\n".join((head, *waiting_words(report), *remarks(report)))


def _extra(report: Report) -> dict[str, Any]:
    made = report.provenance
    return {
        "course": made.course,
        "course_hash": made.course_hash,
        "course_version": made.course_version,
        "course_revision": made.course_revision,
        "sandbox": made.sandbox,
        "submission_hash": made.submission_hash,
        "versions": made.versions,
        "uncontained": sorted({text for one in report.exercises for text in one.uncontained}),
    }
