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

DTYPE = Diagnosis("generic/other-dtype", "The result has dtype float32, expected float64.")
TRANSPOSED = Diagnosis(
    "recurrent-weights-not-transposed",
    "You multiply by W_h on the way back: the gradient goes through W_hᵀ.",
    "Which index of W_h is summed over?",
    second=DTYPE,
)


@pytest.fixture
def diagnosed(report, wrong):
    """A report in which a check has a diagnosis of two mistakes."""
    task = wrong.tasks[0]
    right, failed, *others = task.checks
    checks = (right, replace(failed, diagnosis=TRANSPOSED), *others)
    return Report(report.provenance, (replace(wrong, tasks=(replace(task, checks=checks),)),))


def test_a_terminal_tells_what_it_is_with_its_hint_in_place_of_the_general_one(diagnosed):
    shown = on_terminal(ExerciseView(diagnosed.exercises[0]))
    assert shown.splitlines()[2:12] == [
        "    ✗ failed  Backward through time (3 points)",
        "      gradients['W_h']: 16 of 16 values differ from the expected ones",
        "      worst at [2, 1]: expected 0.31, received 0.62 (ratio 2)",
        "      likely   You multiply by W_h on the way back: the gradient goes through",
        "               W_hᵀ.",
        "      second   The result has dtype float32, expected float64.",
        "      call     RNN(3, 4, rng=rng).backward(float64 (2, 6, 4))",
        "      printed  step 5",
        "               step 4",
        "      hint     Which index of W_h is summed over?",
    ]


def test_json_names_it(diagnosed):
    table = json.loads(render_json(diagnosed))
    jsonschema.validate(table, report_schema())
    checks = table["exercises"][0]["tasks"][0]["checks"]
    assert checks[0]["diagnosis"] is None
    second = {"id": DTYPE.id, "sentence": DTYPE.sentence, "hint": "", "second": None}
    assert checks[1]["diagnosis"] == {
        "id": "recurrent-weights-not-transposed",
        "sentence": TRANSPOSED.sentence,
        "hint": TRANSPOSED.hint,
        "second": second,
    }


def test_a_page_and_junit_tell_it(diagnosed):
    page, junit = render_html(diagnosed), render_junit(diagnosed)
    for label, mistake in (("likely", TRANSPOSED), ("second", DTYPE)):
        assert f"<dt>{label}</dt><dd><strong>{mistake.sentence}" in page
        assert f"{label}: {mistake.sentence}\n" in junit
    assert f"hint: {TRANSPOSED.hint}" in junit
