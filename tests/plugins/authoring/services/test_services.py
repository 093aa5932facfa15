"""Reports for services, in the shapes that they read; hidden facts stay hidden."""

import json
import re
from dataclasses import replace

import pytest

from autograder.results.commands import Commands
from autograder.results.report import CheckResult, ExerciseResult, Provenance, Report, TaskResult
from autograder.verdicts import Verdict
from framework.importing import load_target
from plugins.authoring.services import REPORTERS
from plugins.authoring.services.code_hosts import (
    render_annotations,
    render_code_quality,
    render_summary,
)
from plugins.authoring.services.course_platforms import (
    render_autolab,
    render_gradescope,
    render_prairielearn,
)

SERVICES = sorted(REPORTERS)
TEXTS = ("::error::x", "\n::set-output name=a::1", "##vso[x]", "\x1b[2J\u202e", "%0A::error::x")
OBEYED = re.compile(r"^\s*::[a-z-]+(\s[^:]*)?::|##\w*\[", re.MULTILINE)


@pytest.fixture
def fine(report):
    """A report without faults of the grader."""
    kept = tuple(exercise for exercise in report.exercises if exercise.name != "rnn_lm")
    return replace(report, exercises=kept)


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("text", TEXTS)
def test_no_text_of_a_submission_is_a_command(name, text):
    check = CheckResult(text, text, text, False, 1.0, Verdict.FAILED, message=text)
    exercise = ExerciseResult("rnn", "unit", "Title", (TaskResult(text, (check,)),), file=text)
    report = Report(Provenance(0, "numpy", "cpu", "x"), (exercise,))
    rendered = load_target(REPORTERS[name])(report)
    assert "\x1b" not in rendered and "\u202e" not in rendered
    ours = rendered.splitlines() if name == "github-annotations" else []
    results = [line for line in rendered.splitlines() if OBEYED.search(line)]
    assert all(line in ours and line.startswith(("::error ", "::notice ")) for line in results)
    assert len(results) == (2 if ours else 0)


def test_gradescope_gets_points_places_and_no_score_for_what_is_open(fine, report):
    table = json.loads(render_gradescope(fine))
    assert table["score"] == fine.earned == sum(item.get("score", 0) for item in table["tests"])
    assert {"stdout_visibility": "hidden", "output_format": "text"}.items() <= table.items()
    backward = next(item for item in table["tests"] if "Backward" in item["name"])
    assert (backward["score"], backward["max_score"], backward["status"]) == (0, 3, "failed")
    assert "16 of 16 values differ" in backward["output"]
    assert len({item["number"] for item in table["tests"]}) == len(table["tests"])
    open_ones = [t for t in json.loads(render_gradescope(report))["tests"] if "score" not in t]
    assert [item["name"] for item in open_ones] == ["rnn_lm: Loss: The reference agrees"]
    assert table["extra_data"]["sandbox"] == "bubblewrap"


def test_github_marks_lines_and_counts_what_it_cannot_show(report):
    lines = render_annotations(replace(report, commands=Commands("work"))).splitlines()
    crashed = next(line for line in lines if "IndexError" in line)
    assert crashed.startswith("::error title=rnn%3A The gradients are those")
    (exercise,) = (item for item in report.exercises if item.name == "rnn")
    placed = replace(exercise, file="src/rnn.py")
    report = replace(report, exercises=(placed,), commands=Commands("work"))
    assert "::error file=work/src/rnn.py,line=71,endLine=71,title=rnn%3A" in render_annotations(
        report
    )
    assert lines[-1].startswith("::notice title=gradus::") and lines[-1].endswith("points")
    checks = tuple(
        CheckResult(f"t{n}", f"title {n}", "T", False, 1, Verdict.FAILED, message=f"m{n}")
        for n in range(25)
    )
    many = replace(exercise, tasks=(TaskResult("T", checks),))
    lines = render_annotations(replace(report, exercises=(many,))).splitlines()
    assert sum(line.startswith("::error") for line in lines) == 10
    assert "::notice::15 more findings are in the log and the summary" in lines


def test_the_summary_is_markdown_that_shows_text_as_it_is(report):
    text = render_summary(report)
    assert text.startswith("## ") and "| exercise | points | verdict |" in text
    assert "**Backward through time**" in text and "old.py ignored" in text
    check = CheckResult(
        "t", "a|b <img> @all `x`", "T", False, 1, Verdict.FAILED, message="*m* [l](u)"
    )
    exercise = ExerciseResult("rnn", "u", "T", (TaskResult("T", (check,)),))
    text = render_summary(replace(report, exercises=(exercise,), notes=("n" * (2 << 20),)))
    assert len(text.encode()) < 1 << 20 and "a summary has at most 1 MiB" in text
    text = render_summary(replace(report, exercises=(exercise,)))
    assert "a\\|b &lt;img\\> @\u200ball \\`x\\`" in text and "\\*m\\* \\[l\\]\\(u\\)" in text


def test_gitlab_marks_lines_once_for_each_cause(report):
    placed = tuple(replace(exercise, file=f"{exercise.name}.py") for exercise in report.exercises)
    entries = json.loads(render_code_quality(replace(report, exercises=placed)))
    backward = next(entry for entry in entries if "Backward through time" in entry["description"])
    assert {"severity": "major", "check_name": "gradus/rnn"}.items() <= backward.items()
    crashed = next(entry for entry in entries if "IndexError" in entry["description"])
    assert crashed["location"] == {"path": "rnn.py", "lines": {"begin": 71}}
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)
    assert json.loads(render_code_quality(report)) == []
    again = json.loads(render_code_quality(replace(report, exercises=placed, seconds=9.0)))
    assert again == entries


def test_autolab_reads_scores_in_the_last_line_and_none_for_faults(report):
    semantic, scores = map(json.loads, render_autolab(report).splitlines())
    assert scores["scores"] == {
        exercise.name: exercise.earned for exercise in report.exercises if not exercise.not_graded
    }
    assert "rnn_lm" not in scores["scores"]
    assert semantic["stages"] == [exercise.name for exercise in report.exercises]
    assert semantic["rnn"]["RNN: Backward through time"]["passed"] is False


def test_prairielearn_takes_no_attempt_for_a_fault_of_the_grader(fine, report):
    table = json.loads(render_prairielearn(fine))
    assert table["gradable"] and table["score"] == pytest.approx(
        fine.earned / fine.possible, abs=1e-5
    )
    assert sum(item["points"] for item in table["tests"]) == fine.earned
    broken = json.loads(render_prairielearn(report))
    assert broken["gradable"] is False and "score" not in broken
    assert "not graded" in broken["format_errors"][0]
