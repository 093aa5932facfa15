"""What checks draw: kept with the check that drew it, in all reports that can show it."""

import json
import math
import re
from dataclasses import replace

import numpy as np
import pytest

from autograder.reports.hiding import for_student
from autograder.reports.html_report import render_html
from autograder.reports.json_report import render_json
from autograder.results.findings.figures import Plot, Plotter
from autograder.results.findings.finding import CheckFindings
from framework.errors import BadInputError
from framework.plotting.svg import plot_svg


def drawn(lines, x=(1, 2, 3), **options):
    """One plot."""
    findings = CheckFindings()
    plot = Plotter(findings)
    plot("A title & more", lines, x=x, x_label="layer", y_label="size", **options)
    (plot,) = findings.all
    return plot


def test_points_without_a_place_are_left_out():
    lines = {"a": [1.0, float("nan"), 4.0], "b": [0.0, -1.0, float("inf")]}
    (a, b) = drawn(lines).lines
    assert (a.x, a.y) == ((1.0, 3.0), (1.0, 4.0))
    assert b.y == (0.0, -1.0)
    (_, b) = drawn(lines, log=True).lines
    assert b.y == ()


EXTREMES = [5e-324, 1e-310, 1e-15, 1.0, 1e17, 1e100, 1e160, 1.7e308]


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("one", EXTREMES)
def test_every_page_shows_plots_of_extreme_numbers(one, log):
    for other in EXTREMES:
        for x, y in (
            ((1, 2), (one, other)),
            ((one, other), (1, 2)),
            ((one, -one), (other, -other)),
        ):
            plot = drawn({"line": list(y), "point": [y[0], math.nan]}, x=x, log=log)
            assert not re.search(r"nan|inf[^o]", plot_svg(plot))


def test_a_line_of_another_length_is_refused():
    with pytest.raises(BadInputError, match="line 'a' has 2 points, but x has 3"):
        drawn({"a": [1.0, 2.0]})


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
    (finding,) = check["findings"]
    line = {"name": "a", "x": [1, 2, 3], "y": [1, 2, 3], "spread": [], "x_ranges": []}
    assert (finding["kind"], finding["heading"]) == ("plot", "A title & more")
    assert finding["data"] == {
        "title": "A title & more",
        "x_label": "layer",
        "y_label": "size",
        "log": False,
        "lines": [line],
    }
    page = render_html(report)
    assert page.count('<svg class="plot"') == 1
    assert "<figcaption>A title &amp; more</figcaption>" in page


def test_the_plot_of_a_hidden_check_is_hidden(report_with):
    report = for_student(report_with(hidden=True))
    assert '<svg class="plot"' not in render_html(report)
    assert not any(c.of(Plot) for e in report.exercises for t in e.tasks for c in t.checks)


def test_a_map_has_a_dot_and_a_name_for_each_place():
    findings = CheckFindings()
    places = {"king": (0.0, 1.0), "queen": (1.0, 0.5), "lost": (math.nan, 0.0)}
    Plotter(findings).points("Words", places, x_label="one", y_label="two")
    (drawn,) = findings.all
    assert [line.name for line in drawn.lines] == ["king", "queen"]
    html = drawn.html()
    assert html.count("<circle") == 2 and "queen" in html and "lost" not in html


def test_cells_are_drawn_and_read_as_text():
    findings = CheckFindings()
    Plotter(findings).cells("Weights", np.array([[1, 0], [0.25, 0.75]]), ("lo", "kato"), "ab")
    (cells,) = findings.all
    assert cells.text_lines() == ["lo <- a (1.00)", "kato <- b (0.75)"]
    assert cells.html().count('class="cell"') == 4
    assert json.loads(json.dumps(cells.data))["values"] == [[1, 0], [0.25, 0.75]]


@pytest.mark.parametrize("shares", [[[1.5, 0]], [[1]], [[1, float("nan")]], []])
def test_cells_of_another_shape_or_size_are_refused(shares):
    with pytest.raises(BadInputError, match=r"'Weights' needs 1 × 2 shares in 0 ... 1"):
        Plotter(CheckFindings()).cells("Weights", shares, ("lo",), ("a", "b"))
