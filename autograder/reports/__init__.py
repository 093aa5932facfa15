"""Reports: what grading found out, for a terminal, a browser, a program and a CI server.

A reporter is a function from a `autograder.record.results.Report` to text, named here as a string,
so that nothing is imported until it is asked for.
"""

from __future__ import annotations

_SERVICES = "autograder.reports.services"

#: Name of the format -> ``module:function``.
REPORTERS = {
    "json": "autograder.reports.json_report:render_json",
    "junit": "autograder.reports.junit:render_junit",
    "cell": "autograder.reports.html:render_cell",
    "html": "autograder.reports.html:render_html",
    "autolab": f"{_SERVICES}.autolab:render_autolab",
    "github-annotations": f"{_SERVICES}.github:render_annotations",
    "github-summary": f"{_SERVICES}.github:render_summary",
    "gitlab-codequality": f"{_SERVICES}.gitlab:render_code_quality",
    "gradescope": f"{_SERVICES}.gradescope:render_gradescope",
    "prairielearn": f"{_SERVICES}.prairielearn:render_prairielearn",
}
