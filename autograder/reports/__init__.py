"""Reports: what grading found out, for a terminal, a browser, a program and a CI server.

A reporter is a function from a `autograder.record.results.Report` to text, named here as a string,
so that nothing is imported until it is asked for.
"""

from __future__ import annotations

#: Name of the format -> ``module:function``.
REPORTERS = {
    "json": "autograder.reports.json_report:render_json",
    "junit": "autograder.reports.junit:render_junit",
    "cell": "autograder.reports.html:render_cell",
    "html": "autograder.reports.html:render_html",
}
