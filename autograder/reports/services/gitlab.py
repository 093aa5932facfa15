"""GitLab: code quality, which marks lines in a merge request. The checks themselves are JUnit's."""

from __future__ import annotations

import hashlib
from typing import Any

from autograder.record.results import CheckResult, ExerciseResult, Report
from autograder.reports.causes import causes
from autograder.reports.hiding import for_student
from autograder.reports.plain import clean
from autograder.reports.services.facts import SILENT, json_text, place_of, sentence_of
from autograder.verdicts import Verdict

_SEVERITIES = {
    Verdict.BLOCKED: "minor",
    Verdict.NOT_STARTED: "minor",
    Verdict.NOT_GRADED: "info",
    Verdict.FOR_A_PERSON: "info",
    Verdict.NEEDS_GRADER: "info",
}


def render_code_quality(report: Report, *, show_hidden: bool = False) -> str:
    """Return a JSON list with an entry for each cause of a failure in a file.

    Args:
        show_hidden: whether the facts of hidden checks are shown; only for instructors.
    """
    report = report if show_hidden else for_student(report)
    found: dict[str, dict[str, Any]] = {}
    for exercise in report.exercises:
        for cause in causes(exercise, show_hidden=show_hidden):
            if exercise.file and cause.shown.verdict not in SILENT:
                entry = _entry(report, exercise, cause.shown)
                found.setdefault(entry["fingerprint"], entry)
    return json_text([*found.values()])


def _entry(report: Report, exercise: ExerciseResult, check: CheckResult) -> dict[str, Any]:
    file, line = place_of(report, exercise, check)
    mistake = check.diagnosis.id if check.diagnosis is not None else check.fact.what
    parts = (file, exercise.name, check.id, check.verdict.value, mistake)
    return {
        "description": clean(f"{exercise.name}: {check.title}: {sentence_of(check)}"),
        "check_name": f"gradus/{exercise.name}",
        "fingerprint": hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest(),
        "severity": _SEVERITIES.get(check.verdict, "major"),
        "location": {"path": file, "lines": {"begin": max(line, 1)}},
    }
