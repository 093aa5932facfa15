"""A mistake that was recognised, in every report."""

import json
from dataclasses import replace

import jsonschema
import pytest
from terminal import on_terminal

from autograder.reports.html_report import render_html
from autograder.reports.json_report import render_json, report_schema
from autograder.reports.junit import render_junit
from autograder.reports.terminal_report import ExerciseView
from autograder.results.report import Diagnosis, Report

TRANSPOSED = Diagnosis(
    "recurrent-weights-not-transposed",
    "You multiply by W_h on the way back: the gradient goes through W_hᵀ.",
    "Which index of W_h is summed over?",
)

BOTH = replace(
    TRANSPOSED,
    second=Diagnosis("generic/other-dtype", "The result has dtype float32, expected float64."),
)


@pytest.fixture
def diagnosed(report, wrong):
    """`diagnosed(2, 3)`: a report in which these checks of one task have the same diagnosis."""

    def diagnosed(*numbers, diagnosis=TRANSPOSED):
        task = wrong.tasks[0]
        checks = tuple(
            replace(check, diagnosis=diagnosis, verdict=task.checks[1].verdict)
            if number in numbers
            else check
            for number, check in enumerate(task.checks)
        )
        return Report(report.provenance, (replace(wrong, tasks=(replace(task, checks=checks),)),))

    return diagnosed


def on_a_terminal(report, **options):
    return on_terminal(ExerciseView(report.exercises[0], **options))


def test_a_terminal_tells_what_it_is_with_its_hint_in_place_of_the_general_one(diagnosed):
    assert on_a_terminal(diagnosed(1)).splitlines()[2:9] == [
        "    ✗ failed  Backward through time (3 points)",
        "      gradients['W_h']: 16 of 16 values differ from the expected ones",
        "      worst at [2, 1]: expected 0.31, received 0.62 (ratio 2)",
        "      likely   You multiply by W_h on the way back: the gradient goes through",
        "               W_hᵀ.",
        "      call     RNN(3, 4, rng=rng).backward(float64 (2, 6, 4))",
        "      printed  step 5",
    ]
    assert "      hint     Which index of W_h is summed over?\n" in on_a_terminal(diagnosed(1))


def test_a_diagnosis_without_a_hint_leaves_the_check_its_own(diagnosed):
    shown = on_a_terminal(diagnosed(1, diagnosis=replace(TRANSPOSED, hint="")))
    assert "      hint     What comes back from step t+1 is added" in shown


def test_checks_that_show_the_same_mistake_are_reported_together(diagnosed):
    shown = on_a_terminal(diagnosed(1, 2))
    assert shown.count("likely") == 1
    assert "      also     The gradients are those of your own forward" in shown


def test_json_names_it(diagnosed):
    table = json.loads(render_json(diagnosed(1)))
    jsonschema.validate(table, report_schema())
    checks = table["exercises"][0]["tasks"][0]["checks"]
    assert checks[0]["diagnosis"] is None
    assert checks[1]["diagnosis"] == {
        "id": "recurrent-weights-not-transposed",
        "sentence": TRANSPOSED.sentence,
        "hint": TRANSPOSED.hint,
        "second": None,
    }


def test_every_report_tells_a_second_mistake_beside_the_first(diagnosed):
    """One check shows it; another one with the first mistake alone is no cause of its own."""
    report = diagnosed(1, 2, diagnosis=BOTH)
    table = json.loads(render_json(report))
    jsonschema.validate(table, report_schema())
    found = table["exercises"][0]["tasks"][0]["checks"][1]["diagnosis"]
    assert found["second"]["id"] == "generic/other-dtype"
    shown = on_a_terminal(report)
    assert shown.count("likely") == shown.count("      second   The result has dtype") == 1
    assert f"<dt>second</dt><dd><strong>{BOTH.second.sentence}" in render_html(report)
    assert f"second: {BOTH.second.sentence}\n" in render_junit(report)


def test_a_second_mistake_in_one_check_makes_no_cause_of_its_own(diagnosed):
    """The check with most mistakes is the one that is shown."""
    only_first, both = diagnosed(1), diagnosed(2, diagnosis=BOTH)
    checks = [
        both.exercises[0].checks[2] if i == 2 else check
        for i, check in enumerate(only_first.exercises[0].checks)
    ]
    result = replace(only_first.exercises[0].tasks[0], checks=tuple(checks))
    shown = on_a_terminal(replace(both, exercises=(replace(both.exercises[0], tasks=(result,)),)))
    assert shown.count("likely") == shown.count("      second   ") == 1


def test_a_page_and_junit_tell_it(diagnosed):
    assert f"<dt>likely</dt><dd><strong>{TRANSPOSED.sentence}" in render_html(diagnosed(1))
    junit = render_junit(diagnosed(1))
    assert f"likely: {TRANSPOSED.sentence}\n" in junit
    assert f"hint: {TRANSPOSED.hint}" in junit


def test_that_of_a_hidden_check_needs_permission(diagnosed):
    report = diagnosed(3, diagnosis=replace(TRANSPOSED, sentence="SECRET", hint="SECRET"))
    for render in (render_json, render_html, render_junit, on_a_terminal):
        assert "SECRET" not in render(report)
        assert "SECRET" in render(report, show_hidden=True)
