"""A kind of finding that no other file knows of: every report shows it."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from types import ModuleType
from typing import ClassVar

import jsonschema
import pytest
from markupsafe import Markup
from repository import text_of
from terminal import on_terminal

from autograder.reports.html_report import render_cell, render_html
from autograder.reports.json_report import render_json, report_schema
from autograder.reports.junit import render_junit
from autograder.reports.terminal_report import ExerciseView
from autograder.results.findings.finding import CheckFindings, Finding
from autograder.results.report import ExerciseResult, Provenance, Report, TaskResult
from autograder.verdicts import Verdict


@dataclass(frozen=True)
class Attention(Finding):
    """How much each word attends to the others."""

    kind: ClassVar[str] = "attention"

    words: tuple[str, ...]
    weights: tuple[float, ...]

    @property
    def heading(self) -> str:
        return "Attention, word by word"

    def text_lines(self) -> list[str]:
        return [f"{w} {a:.2f}" for w, a in zip(self.words, self.weights, strict=True)]

    def html(self) -> str:
        return Markup("<ol>{}</ol>").format(", ".join(self.text_lines()))


class Reason(Attention):
    """The same, where it explains a failure."""

    kind: ClassVar[str] = "weights"
    explains_failure: ClassVar[bool] = True


CHECKS = text_of("texts/new_kind/checks.py")


@pytest.fixture
def report_on(collect, monkeypatch):
    """`report_on(kind, truth)`: a check adds a finding of `kind`, and passes or fails."""

    def report_on(kind, truth, hidden=False):
        plugin = ModuleType("plugin_of_fixtures")
        plugin.attention = adds(kind)
        monkeypatch.setitem(sys.modules, plugin.__name__, plugin)
        checks = collect(text=CHECKS.replace("{truth}", str(truth)))
        checks = tuple(replace(check, hidden=hidden) for check in checks)
        exercise = ExerciseResult("rnn", "unit", "RNN", (TaskResult("RNN", checks),))
        return Report(Provenance(0, "numpy", "cpu", "process"), (exercise,))

    return report_on


def adds(kind):
    """A fixture that adds a finding of `kind`, as a package of a course would define it."""

    @pytest.fixture
    def attention(findings: CheckFindings):
        return lambda words, weights: findings.add(kind(words, weights))

    return attention


def printed(report):
    return on_terminal(ExerciseView(report.exercises[0]))


def in_json(report):
    table = json.loads(render_json(report))
    jsonschema.validate(table, report_schema())
    (task,) = table["exercises"][0]["tasks"]
    findings = (check["findings"] for check in task["checks"])
    return [[f for f in told if f["kind"] != "printed"] for told in findings]


def test_every_report_shows_it_whatever_the_verdict(report_on):
    report = report_on(Attention, True)
    assert printed(report).endswith("  Attention, word by word\n    <b> 0.25\n    red 0.75\n\n")
    data = {"words": ["<b>", "red"], "weights": [0.25, 0.75]}
    told = {"kind": "attention", "heading": "Attention, word by word", "data": data}
    assert in_json(report) == [[told], []]
    assert "<ol>&lt;b&gt; 0.25, red 0.75</ol>" in render_html(report)
    assert "Attention, word by word\n&lt;b&gt; 0.25\nred 0.75\n" in render_junit(report)


def test_a_failure_is_explained_by_it(report_on):
    report = report_on(Reason, False)
    assert "      weights  <b> 0.25\n               red 0.75\n" in printed(report)
    assert "<dt>weights</dt><dd><ol>&lt;b&gt; 0.25, red 0.75</ol></dd>" in render_html(report)
    assert "weights: &lt;b&gt; 0.25 red 0.75" in render_junit(report)


def test_a_reason_that_text_cannot_show_is_on_the_page(report_on):
    drawn = {"text_lines": lambda self: [], "html": lambda self: Markup("<i>a figure</i>")}
    report = report_on(type("Drawn", (Reason,), drawn), False)
    assert "<dt>weights</dt><dd><i>a figure</i></dd>" in render_html(report)
    assert "weights" not in printed(report) + render_cell(report)


def test_what_explains_failures_is_not_shown_where_there_is_none(report_on):
    report = report_on(Reason, True)
    assert "weights" not in printed(report) + render_junit(report)


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        (lambda self: f"<i>{self.words}</i>", "&lt;i&gt;"),
        (Finding.html, "<pre>&lt;b&gt; 0.25\nred 0.75</pre>"),
    ],
    ids=["a kind that forgets to escape its text", "a kind without html of its own"],
)
def test_text_is_escaped(report_on, html, shown):
    assert shown in render_html(report_on(type("Careless", (Attention,), {"html": html}), True))


def test_that_of_a_hidden_check_is_hidden(report_on):
    report = report_on(Attention, False, hidden=True)
    for text in (printed(report), render_html(report), render_json(report)):
        assert "0.25" not in text


@pytest.mark.parametrize("rendering", ["heading", "text_lines", "html", "data", "for_student"])
def test_one_that_cannot_be_shown_costs_its_check_alone(report_on, rendering):
    def fails(self):
        raise ZeroDivisionError("no words")

    broken = property(fails) if rendering in ("heading", "data") else fails
    report = report_on(type("Broken", (Attention,), {rendering: broken}), True)
    (first, second) = report.checks
    fault = "a finding 'attention' cannot be shown: ZeroDivisionError: no words. This is a fault of"
    assert (first.verdict, second.verdict) == (Verdict.NOT_GRADED, Verdict.PASSED)
    assert fault in first.message
    assert "ZeroDivisionError: no words" in render_html(report)
    assert in_json(report) == [[], []]


def test_numbers_without_json_form_cannot_be_shown(report_on):
    data = property(lambda self: {"weights": [float("inf")]})
    (first, _) = report_on(type("Infinite", (Attention,), {"data": data}), True).checks
    assert "cannot be shown: ValueError" in first.message
