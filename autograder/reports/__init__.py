"""Reports: what grading found out, for a terminal, a browser, a program and a CI server.

A reporter is a function from a `autograder.results.report.Report` to text, named here as a string,
so that nothing is imported until it is asked for. Its option `show_hidden` is for instructors: it
shows the facts of hidden checks, too.

wording.py           words, symbols and facts that all reports share
plain.py             untrusted text, made safe for display
hiding.py            what students learn of hidden checks
common_causes.py     failed checks with the same cause
advice.py            what to do next
page.py              lines of text for a width and an encoding
terminal_report.py   an exercise and a summary on a terminal
grading_display.py   what `grade` shows while it works
html_report.py       a page, and the output of a cell in a notebook
json_report.py       JSON, its schema, and reading it back
junit.py             JUnit XML
report_files.py      reports and plots as files
"""

from __future__ import annotations

_PACKAGE = "autograder.reports"

#: Name of the format -> ``module:function``.
REPORTERS = {
    "json": f"{_PACKAGE}.json_report:render_json",
    "junit": f"{_PACKAGE}.junit:render_junit",
    "cell": f"{_PACKAGE}.html_report:render_cell",
    "html": f"{_PACKAGE}.html_report:render_html",
}
