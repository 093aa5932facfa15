"""Tables of checks: kept with the check that shows them, in the reports for people and programs."""

import json
from dataclasses import replace

import pytest
from terminal import on_terminal

from autograder.reports.hiding import for_student
from autograder.reports.html_report import render_html
from autograder.reports.json_report import render_json
from autograder.reports.terminal_report import ExerciseView
from autograder.results.findings.finding import CheckFindings
from autograder.results.findings.texts import LONGEST, Tabulator
from framework.errors import BadInputError


def table(rows=(("rnn", "100.00%"), ("b<a>g", "7.5%"))):
    findings = CheckFindings()
    Tabulator(findings)("Families", ("name", "accuracy"), rows)
    (found,) = findings.all
    return found


def test_numbers_stand_below_each_other():
    assert table().text_lines() == [
        "name   accuracy",
        "rnn     100.00%",
        "b<a>g      7.5%",
    ]


def test_a_row_of_another_length_is_refused():
    with pytest.raises(BadInputError, match="'Families' has 1 cells for 2 columns"):
        table([("rnn",)])


def test_cells_cannot_flood_or_steer_the_terminal():
    ((cell, _),) = table([("\x1b[31m" + "x" * 500, "")]).rows
    assert "\x1b" not in cell
    assert len(cell) <= LONGEST + len(" ...")


@pytest.fixture
def result_with(passed):
    """An exercise that passed, whose first check has shown a table, and is hidden or not."""

    def result_with(hidden):
        task, *tasks = passed.tasks
        check = replace(task.checks[0], hidden=hidden, findings=(table(),))
        task = replace(task, checks=(check, *task.checks[1:]))
        return replace(passed, tasks=(task, *tasks))

    return result_with


def test_the_terminal_shows_a_table_under_its_exercise(result_with):
    assert on_terminal(ExerciseView(result_with(hidden=False))).splitlines()[1:] == [
        "  passed: Sigmoid, Tanh",
        "  Families",
        "    name   accuracy",
        "    rnn     100.00%",
        "    b<a>g      7.5%",
        "",
    ]


def test_json_and_page_show_a_table(report, result_with):
    report = replace(report, exercises=(result_with(hidden=False),))
    check = json.loads(render_json(report))["exercises"][0]["tasks"][0]["checks"][0]
    rows = [["rnn", "100.00%"], ["b<a>g", "7.5%"]]
    (finding,) = check["findings"]
    assert finding["kind"] == "table"
    data = {"title": "Families", "columns": ["name", "accuracy"], "rows": rows}
    assert finding["data"] == data
    page = render_html(report)
    assert "<caption>Families</caption><thead><tr><th>name</th><th>accuracy</th></tr>" in page
    assert "<td>b&lt;a&gt;g</td><td>7.5%</td>" in page


def test_the_table_of_a_hidden_check_is_hidden(report, result_with):
    result = result_with(hidden=True)
    report = replace(report, exercises=(result,))
    assert "Families" not in on_terminal(ExerciseView(result))
    assert "Families" in on_terminal(ExerciseView(result, show_hidden=True))
    assert "Families" not in render_html(report)
    assert "Families" not in render_json(report)
    assert "Families" in render_json(report, show_hidden=True)
    assert "Families" not in repr(for_student(report))
