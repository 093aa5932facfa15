"""What holds for every report format, and for the terminal."""

import importlib
from dataclasses import replace

import pytest
from report_fixtures import everywhere
from terminal import on_terminal

from autograder.reports import REPORTERS as OF_STUDENTS
from autograder.reports.terminal_report import ExerciseView
from autograder.results.report import Report
from plugins.authoring.services import REPORTERS as OF_SERVICES

REPORTERS = OF_STUDENTS | OF_SERVICES


def renderer(name):
    module, _, function = REPORTERS[name].partition(":")
    return getattr(importlib.import_module(module), function)


def on_a_terminal(report, **options):
    return on_terminal(*(ExerciseView(result, **options) for result in report.exercises))


@pytest.mark.parametrize("name", sorted(REPORTERS))
def test_each_name_is_a_function_from_a_report_to_text(name, report):
    render = renderer(name)
    assert render(report).endswith("\n")
    assert render(report) == render(report)


@pytest.mark.parametrize("name", [*sorted(REPORTERS), "terminal"])
def test_facts_of_hidden_checks_need_permission(name, report, wrong):
    """All that the hidden check says is secret."""
    render = on_a_terminal if name == "terminal" else renderer(name)
    told = everywhere("SECRET").checks[0]
    shown = {"title": "shown", "task": "RNN", "id": "test_rnn_hidden.py::test_it", "hint": ""}
    checks = (replace(told, hidden=True, **shown), *wrong.checks)
    exercise = replace(wrong, tasks=(replace(wrong.tasks[0], checks=checks),), file="rnn.py")
    report = Report(report.provenance, (exercise,))
    assert "SECRET" not in render(report)
    assert "SECRET" in render(report, show_hidden=True)
