"""Autolab: the last two lines of the output of an autograder, as JSON.

The problems of the assessment have the names of the exercises. One with a fault of the grader, or
with answers that wait for a person, has no score: its former one stays.
"""

from __future__ import annotations

from typing import Any

from autograder.record.results import ExerciseResult, Report
from autograder.reports.hiding import for_student
from autograder.reports.plain import clean
from autograder.reports.services.facts import json_text, sentence_of
from autograder.verdicts import Verdict

#: Characters of a hint: Autolab keeps 1000 KB of output.
MAX_HINT = 500


def render_autolab(report: Report, *, show_hidden: bool = False) -> str:
    """Return the two lines: each check with its hint, then the scores.

    Args:
        show_hidden: whether the facts of hidden checks are shown; only for instructors.
    """
    report = report if show_hidden else for_student(report)
    shown: dict[str, Any] = {"_presentation": "semantic", "stages": []}
    for exercise in report.exercises:
        shown["stages"].append(exercise.name)
        shown[exercise.name] = _stage(exercise)
    scores = {
        one.name: round(one.earned, 4)
        for one in report.exercises
        if not one.not_graded and not one.for_a_person
    }
    total = round(sum(scores.values()), 4)
    last = {"scores": scores, "scoreboard": [total]}
    return json_text(shown, None) + json_text(last, None)


def _stage(exercise: ExerciseResult) -> dict[str, Any]:
    """Return title of a check -> whether it passed, and why not."""
    found: dict[str, Any] = {}
    for check in exercise.checks:
        if check.verdict is Verdict.SKIPPED:
            continue
        name = clean(f"{check.task}: {check.title}")
        name = f"{name} ({check.id})" if name in found else name
        passed = check.verdict is Verdict.PASSED
        found[name] = {"passed": passed}
        if not passed:
            found[name]["hint"] = sentence_of(check)[:MAX_HINT]
    return found
