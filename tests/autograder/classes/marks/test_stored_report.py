"""A report that was stored as JSON is read back whole."""

from __future__ import annotations

import json

import pytest
from graded_class import check, exercise

from autograder.classes.marks.stored_report import restore_report
from autograder.isolation.host.faults import Frame
from autograder.record.findings.curves import Curve
from autograder.record.findings.plots import Plot
from autograder.record.findings.printed import PrintedText
from autograder.record.findings.tables import ShownTable
from autograder.record.findings.written import WrittenAnswer
from autograder.record.results import Diagnosis, Fact, Provenance, Report
from autograder.reports.html import render_html
from autograder.reports.json_report import render_json
from autograder.verdicts import Verdict
from framework.errors import BadInputError
from framework.plotting.charts import Line

FULL = check(
    Verdict.FAILED,
    0.5,
    message="\u202ewrong ##vso[x]",
    details=("1 instead of 2",),
    method="RNN.backward",
    fact=Fact("W: values", "1", "2"),
    call="forward(x)",
    arguments=("x = [1]",),
    frames=(Frame("rnn.py", 3, "forward", "", "return 1"),),
    hint="look",
    blocked_by="",
    findings=(
        Curve((1.0, 0.5)),
        Plot("title", "x", "y", (Line("a", (1.0, 2.0), (3.0, 4.0)),)),
        ShownTable("t", ("a", "b"), (("1", "2"),)),
        WrittenAnswer("answer", "model", "rubric", "3f", "comment"),
        PrintedText("hello\n"),
    ),
    diagnosis=Diagnosis("no-bias", "adds no bias", "add it", Diagnosis("generic/negated", "−")),
    seconds=0.25,
)
REPORT = Report(
    Provenance(7, "numpy", "cpu", "process", "", "abc", "def", versions={"numpy": "2"}),
    (exercise("rnn", check(), FULL, check(Verdict.FAILED, 3.0, "why", awarded=2.5)),),
    ("a note",),
    1.5,
)


def test_a_report_is_read_back_as_it_was():
    restored = restore_report(render_json(REPORT, show_hidden=True))
    assert restored == REPORT
    assert render_html(restored) == render_html(REPORT)


@pytest.mark.parametrize("change", [{"schema": "gradus-report/1"}, {"exercises": [{}]}])
def test_another_file_is_refused(change):
    table = json.loads(render_json(REPORT)) | change
    with pytest.raises(BadInputError, match="the report"):
        restore_report(json.dumps(table))
