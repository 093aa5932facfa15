"""Gradescope, PrairieLearn and Autolab: what an autograder hands to a platform with gradebooks."""

from __future__ import annotations

from typing import Any

from autograder.reports import wording
from autograder.reports.hiding import for_student
from autograder.reports.plain import clean
from autograder.results.report import CheckResult, ExerciseResult, Report
from autograder.verdicts import Verdict
from plugins.authoring.services.texts import json_text, name_of, sentence_of, text_of


def render_gradescope(report: Report, *, show_hidden: bool = False) -> str:
    """Return ``results.json``.

    Points that wait for a person have no score. A report with a fault of the grader is no result:
    what calls this has to end with an error instead, or the student would get 0 points.
    """
    report = report if show_hidden else for_student(report)
    tests = [
        _test(exercise, check, f"{first}.{second}")
        for first, exercise in enumerate(report.exercises, 1)
        for second, check in enumerate(exercise.checks, 1)
        if check.verdict is not Verdict.SKIPPED
    ]
    made = report.provenance
    table = {
        "score": round(report.earned, 4),
        "execution_time": round(report.seconds),
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "output": _summary(report),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "extra_data": {
            "course": made.course,
            "course_hash": made.course_hash,
            "course_version": made.course_version,
            "course_revision": made.course_revision,
            "sandbox": made.sandbox,
            "submission_hash": made.submission_hash,
            "versions": made.versions,
            "uncontained": sorted(
                {text for exercise in report.exercises for text in exercise.uncontained}
            ),
        },
        "tests": tests,
    }
    return json_text(table)


def _test(exercise: ExerciseResult, check: CheckResult, number: str) -> dict[str, Any]:
    test = {
        "name": name_of(exercise, check),
        "number": number,
        "max_score": check.points,
        "output": text_of(check),
        "tags": [exercise.name, check.verdict.value],
        "visibility": "visible",
        "extra_data": {
            "id": check.id,
            "diagnosis": check.diagnosis.id if check.diagnosis else "",
            "hidden": check.hidden,
        },
    }
    if check.not_graded or check.for_a_person:
        return test
    status = "passed" if check.verdict is Verdict.PASSED else "failed"
    return {**test, "score": check.earned, "status": status}


def _summary(report: Report) -> str:
    head = ", ".join(filter(None, (wording.points(report), wording.open_points(report))))
    return "\n".join((head, *wording.waiting_words(report), *wording.remarks(report)))


#: Characters of what a check found: a result has at most 1 MB.
MAX_MESSAGE = 2000


def render_prairielearn(report: Report, *, show_hidden: bool = False) -> str:
    """Return ``results.json``.

    A fault of the grader is *not gradable*: it costs the student no attempt. So are answers that
    wait for a person, since a score is a single number.
    """
    report = report if show_hidden else for_student(report)
    if report.not_graded or report.for_a_person or not report.possible:
        reason = wording.open_points(report) or "nothing can be graded"
        return json_text({"gradable": False, "format_errors": [reason, *wording.remarks(report)]})
    tests = [
        {
            "name": name_of(exercise, check),
            "description": "",
            "points": check.earned,
            "max_points": check.points,
            "message": text_of(check)[:MAX_MESSAGE],
            "output": "",
        }
        for exercise in report.exercises
        for check in exercise.checks
        if check.verdict is not Verdict.SKIPPED
    ]
    return json_text(
        {
            "gradable": True,
            "score": round(max(min(report.earned / report.possible, 1.0), 0.0), 6),
            "message": _summary(report),
            "output": "",
            "images": [],
            "tests": tests,
        }
    )


#: Characters of a hint: Autolab keeps 1000 KB of output.
MAX_HINT = 500


def render_autolab(report: Report, *, show_hidden: bool = False) -> str:
    """Return the two lines: each check with its hint, then the scores."""
    report = report if show_hidden else for_student(report)
    shown: dict[str, Any] = {"_presentation": "semantic", "stages": []}
    for exercise in report.exercises:
        shown["stages"].append(exercise.name)
        stage = shown[exercise.name] = dict[str, Any]()  # title -> whether it passed, why not
        for check in exercise.checks:
            if check.verdict is Verdict.SKIPPED:
                continue
            name = clean(f"{check.task}: {check.title}")
            name = f"{name} ({check.id})" if name in stage else name
            stage[name] = {"passed": check.verdict is Verdict.PASSED}
            if check.verdict is not Verdict.PASSED:
                stage[name]["hint"] = sentence_of(check)[:MAX_HINT]
    scores = {
        result.name: round(result.earned, 4)
        for result in report.exercises
        if not result.not_graded and not result.for_a_person
    }
    total = round(sum(scores.values()), 4)
    last = {"scores": scores, "scoreboard": [total]}
    return json_text(shown, None) + json_text(last, None)
