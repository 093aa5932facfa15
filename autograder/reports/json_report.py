"""A report for programs: JSON after ``schema.json``, in this folder, which describes every field.

The same submission, seed and versions give the same bytes, apart from times: the fields named
``seconds``, tables of checks that show some, and the place in its own code where a call was when
its time was over.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from importlib import resources
from typing import Any

from autograder.judging.blocking import Waiting, waiting
from autograder.record.results import CheckResult, ExerciseResult, Provenance, Report, TaskResult
from autograder.reports.hiding import for_student
from autograder.verdicts import Verdict

#: Raised when a field changes its meaning or goes; a new field leaves it as it is.
SCHEMA = "gradus-report/2"

_POINTS = ("earned", "possible", "not_graded", "for_a_person")

_SURROGATE = re.compile("[\ud800-\udfff]")
#: Characters that a terminal obeys, or that turn the direction of the text around, unseen.
_UNSEEN = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def render_json(report: Report, *, show_hidden: bool = False) -> str:
    """Return `report` as JSON text that ends with a newline.

    Args:
        show_hidden: whether the facts of hidden checks are shown; only for instructors.
    """
    table = as_table(report if show_hidden else for_student(report))
    text = json.dumps(table, indent=2, ensure_ascii=False, allow_nan=False)
    text = text.replace("##", "#\\u0023")  # the same text, and no command for a CI server
    text = _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)  # the same text again
    return _SURROGATE.sub("\ufffd", text) + "\n"  # UTF-8 has no place for half a character


def read_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `render_json` writes."""
    text = resources.files(__package__).joinpath("schema.json").read_text("utf-8")
    table: dict[str, Any] = json.loads(text)
    return table


def as_table(report: Report) -> dict[str, Any]:
    """Return `report` as plain dicts and lists."""
    verdicts = [exercise.verdict for exercise in report.exercises]
    return {
        "schema": SCHEMA,
        "verdict": Verdict.worst(verdicts).value,
        "exit_code": report.exit_code,
        **_points(report),
        "seconds": _seconds(report.seconds),
        "provenance": _provenance(report.provenance),
        "notes": list(report.notes),
        "waiting": [_waiting(one) for one in waiting(report)],
        "exercises": [_exercise(exercise) for exercise in report.exercises],
    }


def _provenance(provenance: Provenance) -> dict[str, Any]:
    return {
        "seed": provenance.seed,
        "backend": provenance.backend,
        "device": provenance.device,
        "provider": provenance.provider,
        "sandbox": provenance.sandbox,
        "submission": provenance.submission,
        "submission_hash": provenance.submission_hash,
        "course": provenance.course,
        "course_hash": provenance.course_hash,
        "course_version": provenance.course_version,
        "course_revision": provenance.course_revision,
        "versions": dict(sorted(provenance.versions.items())),
    }


def _waiting(one: Waiting) -> dict[str, Any]:
    command = f"grade {one.exercise}"
    return {"exercise": one.exercise, "points": _rounded(one.points), "command": command}


def _exercise(result: ExerciseResult) -> dict[str, Any]:
    return {
        "name": result.name,
        "unit": result.unit,
        "title": result.title,
        "file": result.file,
        "verdict": result.verdict.value,
        **_points(result),
        "seconds": _seconds(result.seconds),
        "uncontained": list(result.uncontained),
        "tasks": [_task(task) for task in result.tasks],
    }


def _task(task: TaskResult) -> dict[str, Any]:
    checks = [_check(check) for check in task.checks]
    return {"name": task.name, "verdict": task.verdict.value, **_points(task), "checks": checks}


def _check(check: CheckResult) -> dict[str, Any]:
    return {
        "id": check.id,
        "title": check.title,
        "hidden": check.hidden,
        "verdict": check.verdict.value,
        "blocked_by": check.blocked_by,
        "points": _rounded(check.points),
        **_points(check),
        "message": check.message,
        "details": list(check.details),
        "method": check.method,
        "fact": asdict(check.fact),
        "call": check.call,
        "arguments": list(check.arguments),
        "frames": [asdict(frame) for frame in check.frames],
        "hint": check.hint,
        **_findings(check),
        "diagnosis": asdict(check.diagnosis) if check.diagnosis is not None else None,
        "seconds": _seconds(check.seconds),
    }


def _findings(check: CheckResult) -> dict[str, Any]:
    """Return every finding, in the field of its kind."""
    fields: dict[str, Any] = {"printed": "", "curve": [], "plots": [], "tables": [], "findings": []}
    for finding in check.findings:
        finding.add_to(fields)
    return fields


def _points(result: Report | ExerciseResult | TaskResult | CheckResult) -> dict[str, float]:
    return {name: _rounded(getattr(result, name)) for name in _POINTS}


def _rounded(points: float) -> float:
    """Points to four decimals: the noise of a sum of fractions is no information."""
    return round(float(points), 4)


def _seconds(seconds: float) -> float:
    return round(float(seconds), 4)
