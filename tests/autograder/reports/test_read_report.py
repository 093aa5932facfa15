"""A report that was stored as JSON is read back whole."""

import json

import pytest
from graded_class import check, exercise

from autograder.reports.html_report import render_html
from autograder.reports.json_report import read_report, render_json
from autograder.results.findings.check_texts import PrintedText, ShownTable, WrittenAnswer
from autograder.results.findings.figures import Curve, Plot
from autograder.results.report import Diagnosis, Fact, Provenance, Report
from autograder.sandbox.session.faults import Frame
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
        Curve((1.0, 0.5), "accuracy", 0.75, 1.0),
        Plot("title", "x", "y", (Line("a", (1.0, 2.0), (3.0, 4.0)),)),
        ShownTable("t", ("a", "b"), (("1", "2"),)),
        WrittenAnswer("answer", "model", "rubric", "3f"),
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
    restored = read_report(render_json(REPORT, show_hidden=True))
    assert restored == REPORT
    assert render_html(restored) == render_html(REPORT)


def changed(change):
    """The text of a report whose table was changed by `change`."""
    table = json.loads(render_json(REPORT, show_hidden=True))
    check = table["exercises"][0]["tasks"][0]["checks"][1]
    change(table, check)
    return json.dumps(table)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table, check: table.update(schema="gradus-report/2"), "has format gradus-report/2"),
        (
            lambda table, check: table.update(exercises=[{}]),
            r"missing .* `name` - at `\$.exercises",
        ),
        (lambda table, check: check.update(points="10"), r"Expected `float`, got `str` .*points"),
        (lambda table, check: check.update(verdict="won"), "Invalid enum value 'won'"),
        (lambda table, check: check["findings"][0].update(data={"values": "x"}), "got `str`"),
    ],
)
def test_another_file_is_refused(change, message):
    with pytest.raises(BadInputError, match=f"the report .*{message}"):
        read_report(changed(change))


@pytest.mark.parametrize("text", ["", "[]", "[" * 100_000, '{"schema": NaN}'])
def test_text_that_is_no_report_is_refused(text):
    with pytest.raises(BadInputError, match="the report is damaged"):
        read_report(text)


def test_a_finding_of_an_unknown_kind_keeps_its_heading():
    text = changed(lambda table, check: check["findings"][0].update(kind="heat", heading="Heat"))
    (first, *_) = read_report(text).exercises[0].checks[1].findings
    assert (first.heading, *first.text_lines()) == ("Heat", "`grade` shows it")
