import importlib
from dataclasses import replace

import pytest

from autograder.reports import REPORTERS as OF_STUDENTS
from plugins.authoring.services import REPORTERS as OF_SERVICES

REPORTERS = OF_STUDENTS | OF_SERVICES


@pytest.mark.parametrize("name", sorted(REPORTERS))
def test_each_name_is_a_function_from_a_report_to_text(name, report):
    module, _, function = REPORTERS[name].partition(":")
    render = getattr(importlib.import_module(module), function)
    assert render(report).endswith("\n")
    assert render(report) == render(report)


@pytest.mark.parametrize("name", sorted(REPORTERS))
def test_facts_of_hidden_checks_need_permission(name, report):
    """PrairieLearn marks whole tests as hidden instead."""
    module, _, function = REPORTERS[name].partition(":")
    render = getattr(importlib.import_module(module), function)
    exercises = [replace(one, file=f"{one.name}.py") for one in report.exercises]
    report = replace(report, exercises=tuple(exercises))
    assert "SECRET" not in render(report)
    assert ("SECRET" in render(report, show_hidden=True)) == (name != "prairielearn")
