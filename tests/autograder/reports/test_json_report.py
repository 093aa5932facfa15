import json
from dataclasses import replace

import jsonschema
import pytest

from autograder.reports.json_report import SCHEMA, _rounded, render_json, report_schema
from autograder.results.findings.check_texts import PrintedText
from autograder.results.report import Report
from autograder.verdicts import Verdict


def without_seconds(value):
    if isinstance(value, dict):
        return {key: without_seconds(v) for key, v in value.items() if key != "seconds"}
    return [without_seconds(item) for item in value] if isinstance(value, list) else value


def slower(report):
    """The same results, measured on another day: other times, versions in another order."""
    exercises = tuple(replace(exercise, seconds=9.9) for exercise in report.exercises)
    versions = dict(reversed(report.provenance.versions.items()))
    provenance = replace(report.provenance, versions=versions)
    return replace(report, exercises=exercises, seconds=99.0, provenance=provenance)


@pytest.mark.parametrize("show_hidden", [False, True])
def test_output_keeps_to_the_schema(report, show_hidden):
    schema = report_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    table = json.loads(render_json(report, show_hidden=show_hidden))
    jsonschema.validate(table, schema)
    assert table["schema"] == schema["title"] == SCHEMA


def test_schema_describes_every_field_and_every_verdict(report):
    schema = report_schema()
    for table in schema["$defs"].values():
        if "properties" in table:
            table["additionalProperties"] = False  # of our own output, nothing may be undescribed
    jsonschema.validate(json.loads(render_json(report)), schema)
    assert set(schema["$defs"]["Verdict"]["enum"]) == set(Verdict)


def test_a_check_and_the_totals(report):
    table = json.loads(render_json(report))
    assert (table["verdict"], table["exit_code"]) == ("not graded", 3)
    assert (table["earned"], table["possible"], table["not_graded"]) == (9.5, 50.5, 2)
    assert table["provenance"]["submission_hash"] == "4a44dc15364204a8"
    assert table["provenance"]["course"] == "cs224n"
    assert table["provenance"]["course_hash"] == "0c9ad1f7b5e82d36"
    assert table["exercises"][3]["tasks"][0]["checks"][1] == {
        "id": "test_rnn.py::test_backward_through_time",
        "title": "Backward through time",
        "task": "RNN",
        "hidden": False,
        "verdict": "failed",
        "blocked_by": "",
        "points": 3.0,
        "awarded": None,
        "earned": 0.0,
        "possible": 3.0,
        "not_graded": 0,
        "for_a_person": 0,
        "message": "gradients['W_h']: 16 of 16 values differ from the expected ones",
        "details": ["worst at [2, 1]: expected 0.31, received 0.62 (ratio 2)"],
        "method": "",
        "fact": {"what": "", "expected": "", "received": ""},
        "call": "RNN(3, 4, rng=rng).backward(float64 (2, 6, 4))",
        "arguments": [],
        "frames": [],
        "hint": "What comes back from step t+1 is added before tanh' is applied.",
        "findings": [
            {"kind": "printed", "heading": "printed", "data": {"text": "step 5\nstep 4\n"}}
        ],
        "diagnosis": None,
        "seconds": 0.0123456,
    }


def test_same_results_give_the_same_bytes_but_for_seconds(report):
    again = render_json(slower(report))
    assert again != render_json(report)
    once, twice = (without_seconds(json.loads(text)) for text in (render_json(report), again))
    assert json.dumps(once) == json.dumps(twice)  # the order of keys included


def test_text_of_a_submission_survives_as_utf_8(report, wrong):
    check = replace(
        wrong.tasks[0].checks[0], findings=(PrintedText("σ \ud800 \x1b[0m"),), points=0.1 + 0.2
    )
    odd = replace(wrong, tasks=(replace(wrong.tasks[0], checks=(check,)),))
    text = render_json(Report(report.provenance, (odd,)))
    shown = json.loads(text.encode("utf-8"))["exercises"][0]["tasks"][0]["checks"][0]
    assert shown["findings"][0]["data"]["text"] == "σ \ufffd \x1b[0m"
    assert shown["points"] == 0.3


def test_unseen_characters_are_escaped_and_the_text_is_the_same(report, wrong):
    odd = replace(wrong, file="a\u202eb\u2066c\x9b2J\u200bd\u2028e.py")
    text = render_json(Report(report.provenance, (odd,)))
    assert text.replace("\n", "").isprintable()
    assert json.loads(text)["exercises"][0]["file"] == odd.file


@pytest.mark.parametrize(
    ("value", "written"), [(20 / 3, 6.66667), (10000.25, 10000.25), (0.1 + 0.2, 0.3), (7, 7)]
)
def test_numbers_are_written_without_noise(value, written):
    assert _rounded({"points": [value]}) == {"points": [written]}
