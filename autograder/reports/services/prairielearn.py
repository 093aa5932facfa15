"""PrairieLearn: ``results.json`` of an external grader."""

from __future__ import annotations

from autograder.record.results import Report
from autograder.reports.hiding import for_student
from autograder.reports.services.facts import each_check, json_text, name_of, text_of
from autograder.reports.wording import open_points, points, remarks, waiting_words
from autograder.verdicts import Verdict

#: Characters of what a check found: a result has at most 1 MB.
MAX_MESSAGE = 2000


def render_prairielearn(report: Report, *, show_hidden: bool = False) -> str:
    """Return ``results.json``.

    A fault of the grader is *not gradable*: it costs the student no attempt. So are answers that
    wait for a person, since a score is one number.

    Args:
        show_hidden: whether the facts of hidden checks are shown; only for instructors.
    """
    report = report if show_hidden else for_student(report)
    if report.not_graded or report.for_a_person or not report.possible:
        reason = open_points(report) or "nothing can be graded"
        return json_text({"gradable": False, "format_errors": [reason, *remarks(report)]})
    tests = [
        {
            "name": name_of(exercise, check),
            "description": "",
            "points": check.earned,
            "max_points": check.points,
            "message": text_of(check)[:MAX_MESSAGE],
            "output": "",
        }
        for exercise, check in each_check(report)
        if check.verdict is not Verdict.SKIPPED
    ]
    return json_text(
        {
            "gradable": True,
            "score": round(max(min(report.earned / report.possible, 1.0), 0.0), 6),
            "message": "\n".join((points(report), *waiting_words(report), *remarks(report))),
            "output": "",
            "images": [],
            "tests": tests,
        }
    )
