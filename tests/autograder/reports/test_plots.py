"""What checks draw: kept with the check that drew it, in all reports that can show it."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from autograder.record.findings.base import Findings
from autograder.record.findings.plots import Plot, Plotter
from autograder.record.findings.svg import HEIGHT, WIDTH, plot_svg
from autograder.reports.hiding import for_student
from autograder.reports.html import render_html
from autograder.reports.json_report import render_json
from framework.errors import BadInputError


def drawn(lines, x=(1, 2, 3), **options):
    """One plot."""
    findings = Findings()
    plot = Plotter(findings)
    plot("A title & more", lines, x=x, x_label="layer", y_label="size", **options)
    (plot,) = findings.all
    return plot


def elements(svg, tag):
    return [element for element in ET.fromstring(svg) if element.tag == tag]


def test_points_without_a_place_are_left_out():
    lines = {"a": [1.0, float("nan"), 4.0], "b": [0.0, -1.0, float("inf")]}
    (a, b) = drawn(lines).lines
    assert (a.x, a.y) == ((1.0, 3.0), (1.0, 4.0))
    assert b.y == (0.0, -1.0)
    (_, b) = drawn(lines, log=True).lines
    assert b.y == ()


def test_a_line_of_another_length_is_refused():
    with pytest.raises(BadInputError, match="line 'a' has 2 points over 3"):
        drawn({"a": [1.0, 2.0]})


@pytest.mark.parametrize(
    ("lines", "log"),
    [
        ({"a": [1.0, 2.0, 3.0], "b": [3.0, 2.0, 1.0]}, False),
        ({"a": [1e-18, 1.0, 1e3]}, True),
        ({"level": [5.0, 5.0, 5.0]}, False),
        ({"nothing": [float("nan")] * 3}, False),
        ({}, False),
    ],
)
def test_everything_lies_within_the_drawing(lines, log):
    svg = plot_svg(drawn(lines, log=log))
    for line in elements(svg, "polyline"):
        for pair in line.get("points").split():
            x, y = map(float, pair.split(","))
            assert 0 <= x <= WIDTH
            assert 0 <= y <= HEIGHT
    texts = [text.text for text in elements(svg, "text")]
    assert "layer" in texts and "size" in texts


def test_a_rising_line_rises_and_a_logarithmic_axis_is_one():
    (line, *_) = elements(plot_svg(drawn({"a": [1.0, 10.0, 1000.0]}, log=True)), "polyline")
    heights = [float(pair.split(",")[1]) for pair in line.get("points").split()]
    assert heights[0] > heights[1] > heights[2]
    assert heights[1] - heights[2] == pytest.approx(2 * (heights[0] - heights[1]), abs=0.2)


def test_a_line_of_one_point_is_a_dot_with_its_name():
    only = float("nan")
    points = {"rnn": [only, 0.9, only], "cnn": [0.8, only, only], "window": [0.8, only, only]}
    plot = drawn({**points, "all": [0.7] * 3})
    svg = plot_svg(plot)
    places = [
        tuple(float(dot.get(name)) for name in ("cx", "cy")) for dot in elements(svg, "circle")
    ]
    (x_rnn, y_rnn), (x_cnn, y_cnn) = places
    assert x_cnn < x_rnn
    assert y_cnn > y_rnn
    texts = [text.text for text in elements(svg, "text")]
    assert {"rnn", "cnn, window", "all"} <= set(texts)
    assert [line.name for line in plot.curves] == ["all"]


def test_ticks_are_round_numbers():
    texts = [t.text for t in elements(plot_svg(drawn({"a": [0.0, 0.7, 1.0]})), "text")]
    assert {"0", "0.2", "0.4", "0.6", "0.8", "1"} <= set(texts)
    texts = [t.text for t in elements(plot_svg(drawn({"a": [1e-4, 1, 1e4]}, log=True)), "text")]
    assert {"1e-4", "1e-2", "1e0", "1e2", "1e4"} <= set(texts)


@pytest.fixture
def report_with(report):
    """A report whose first check has drawn a plot, and is hidden or not."""

    def report_with(hidden):
        first, *others = report.exercises
        task, *tasks = first.tasks
        check = replace(task.checks[0], hidden=hidden, findings=(drawn({"a": [1.0, 2.0, 3.0]}),))
        task = replace(task, checks=(check, *task.checks[1:]))
        first = replace(first, tasks=(task, *tasks))
        return replace(report, exercises=(first, *others))

    return report_with


def test_json_and_page_show_a_plot(report_with):
    report = report_with(hidden=False)
    check = json.loads(render_json(report))["exercises"][0]["tasks"][0]["checks"][0]
    assert check["plots"] == [
        {
            "title": "A title & more",
            "x_label": "layer",
            "y_label": "size",
            "log": False,
            "lines": [{"name": "a", "x": [1, 2, 3], "y": [1, 2, 3]}],
        }
    ]
    page = render_html(report)
    assert page.count('<svg class="plot"') == 1
    assert "<figcaption>A title &amp; more</figcaption>" in page


def test_the_plot_of_a_hidden_check_is_hidden(report_with):
    report = for_student(report_with(hidden=True))
    assert '<svg class="plot"' not in render_html(report)
    assert not any(c.of(Plot) for e in report.exercises for t in e.tasks for c in t.checks)
