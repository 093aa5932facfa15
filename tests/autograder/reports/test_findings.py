"""Findings: kept with the check that shows them, in the reports for people and programs."""

import json
import math
import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from terminal import on_terminal

from autograder.reports.html_report import render_html
from autograder.reports.json_report import render_json
from autograder.reports.junit import render_junit
from autograder.reports.terminal_report import ExerciseView
from autograder.results.findings.check_texts import LONGEST, show_table
from autograder.results.findings.figures import NUMBERS, Curve, Plotter, in_numbers
from autograder.results.findings.finding import CheckFindings
from autograder.verdicts import Verdict
from framework.errors import BadInputError
from framework.plotting.svg import plot_svg


@pytest.fixture
def report_with(report, passed):
    """`report_with(finding, verdict)`: a report on one check that shows `finding`."""

    def report_with(finding, verdict=Verdict.PASSED):
        task = passed.tasks[0]
        check = replace(task.checks[0], findings=(finding,), verdict=verdict)
        exercise = replace(passed, tasks=(replace(task, checks=(check,)),))
        return replace(report, exercises=(exercise,))

    return report_with


def on_a_terminal(report):
    return on_terminal(ExerciseView(report.exercises[0]))


def in_json(report):
    (finding,) = json.loads(render_json(report))["exercises"][0]["tasks"][0]["checks"][0][
        "findings"
    ]
    return finding


def plotted(show, *arguments, **options):
    """The finding that `show` of the fixture ``plot`` adds."""
    findings = CheckFindings()
    show(Plotter(findings), *arguments, **options)
    (finding,) = findings.all
    return finding


def table(rows=(("rnn", "100.00%"), ("b<a>g", "7.5%"))):
    findings = CheckFindings()
    show_table(findings, "Families", ("name", "accuracy"), rows)
    (finding,) = findings.all
    return finding


def plot(lines, x=(1, 2, 3), **options):
    labels = {"x_label": "layer", "y_label": "size"}
    return plotted(Plotter.__call__, "A title & more", lines, x=x, **labels, **options)


def test_a_table_is_in_every_report(report_with):
    report = report_with(table())
    lines = ["name   accuracy", "rnn     100.00%", "b<a>g      7.5%"]
    shown = on_a_terminal(report).splitlines()
    assert shown[1:] == ["  passed: Sigmoid", "  Families", *(f"    {line}" for line in lines), ""]
    rows = [["rnn", "100.00%"], ["b<a>g", "7.5%"]]
    data = {"title": "Families", "columns": ["name", "accuracy"], "rows": rows}
    assert in_json(report) == {"kind": "table", "heading": "Families", "data": data}
    page = render_html(report)
    assert "<caption>Families</caption><thead><tr><th>name</th><th>accuracy</th></tr>" in page
    assert "<td>b&lt;a&gt;g</td><td>7.5%</td>" in page


def test_a_row_of_another_length_is_refused():
    with pytest.raises(BadInputError, match="'Families' has 1 cells for 2 columns"):
        table([("rnn",)])


def test_cells_cannot_flood_or_steer_the_terminal():
    ((cell, _),) = table([("\x1b[31m" + "x" * 500, "")]).rows
    assert "\x1b" not in cell
    assert len(cell) <= LONGEST + len(" ...")


def test_json_and_page_show_a_plot(report_with):
    report = report_with(plot({"a": [1.0, 2.0, 3.0]}))
    line = {"name": "a", "x": [1, 2, 3], "y": [1, 2, 3], "spread": [], "x_ranges": []}
    data = {"title": "A title & more", "x_label": "layer", "y_label": "size"}
    data |= {"log": False, "lines": [line]}
    assert in_json(report) == {"kind": "plot", "heading": "A title & more", "data": data}
    page = render_html(report)
    assert page.count('<svg class="plot"') == 1
    assert "<figcaption>A title &amp; more</figcaption>" in page


def test_points_without_a_place_are_left_out():
    lines = {"a": [1.0, float("nan"), 4.0], "b": [0.0, -1.0, float("inf")]}
    (a, b) = plot(lines).lines
    assert (a.x, a.y) == ((1.0, 3.0), (1.0, 4.0))
    assert b.y == (0.0, -1.0)
    (_, b) = plot(lines, log=True).lines
    assert b.y == ()


EXTREMES = [5e-324, 1e-310, 1e-15, 1.0, 1e17, 1e100, 1e160, 1.7e308]


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("number", EXTREMES)
def test_every_page_shows_plots_of_extreme_numbers(number, log):
    for other in EXTREMES:
        for x, y in (
            ((1, 2), (number, other)),
            ((number, other), (1, 2)),
            ((number, -number), (other, -other)),
        ):
            drawn = plot({"line": list(y), "point": [y[0], math.nan]}, x=x, log=log)
            assert not re.search(r"nan|inf[^o]", plot_svg(drawn))


def test_a_line_of_another_length_is_refused():
    with pytest.raises(BadInputError, match="line 'a' has 2 points, but x has 3"):
        plot({"a": [1.0, 2.0]})


def test_a_map_has_a_dot_and_a_name_for_each_place():
    places = {"king": (0.0, 1.0), "queen": (1.0, 0.5), "lost": (math.nan, 0.0)}
    drawn = plotted(Plotter.points, "Words", places, x_label="one", y_label="two")
    assert [line.name for line in drawn.lines] == ["king", "queen"]
    html = drawn.html()
    assert html.count("<circle") == 2 and "queen" in html and "lost" not in html


def test_cells_are_drawn_and_read_as_text():
    shares = np.array([[1, 0], [0.25, 0.75]])
    cells = plotted(Plotter.cells, "Weights", shares, ("lo", "kato"), "ab")
    assert cells.text_lines() == ["lo <- a (1.00)", "kato <- b (0.75)"]
    assert cells.html().count('class="cell"') == 4
    assert json.loads(json.dumps(cells.data))["values"] == [[1, 0], [0.25, 0.75]]


@pytest.mark.parametrize("shares", [[[1.5, 0]], [[1]], [[1, float("nan")]], []])
def test_cells_of_another_shape_or_size_are_refused(shares):
    with pytest.raises(BadInputError, match=r"'Weights' needs 1 × 2 shares in 0 ... 1"):
        Plotter(CheckFindings()).cells("Weights", shares, ("lo",), ("a", "b"))


@pytest.mark.parametrize(
    ("curve", "text"),
    [
        ((0.5,), "0.5"),
        ((0.16667, 0.52, 1.0), "0.167 → 0.52 → 1"),
        ((1234.5, 1e-7), "1.23e+03 → 1e-07"),
    ],
)
def test_three_digits_of_each_value(curve, text):
    assert in_numbers(curve) == text


def test_a_long_curve_is_shown_as_few_numbers_the_first_and_the_last_among_them():
    shown = [int(number) for number in in_numbers(range(100)).split(" → ")]
    assert len(shown) == NUMBERS
    assert (shown[0], shown[-1]) == (0, 99)
    assert {b - a for a, b in pairwise(shown)} <= {14, 15}


@pytest.mark.parametrize("verdict", [Verdict.PASSED, Verdict.FAILED])
def test_a_curve_is_numbers_in_text_and_a_chart_on_a_page(report_with, verdict):
    report = report_with(Curve((0.25, 0.512345678, 0.7)), verdict)
    assert in_json(report)["data"]["values"] == [0.25, 0.512346, 0.7]
    page = render_html(report)
    assert re.search(r'</svg><span class="points">0\.25 → 0\.512 → 0\.7</span>', page)
    has_failed = verdict is Verdict.FAILED  # text shows it only as a fact of a failure
    assert ("    curve    0.25 → 0.512 → 0.7\n" in on_a_terminal(report)) is has_failed
    assert ("curve: 0.25 → 0.512 → 0.7" in render_junit(report)) is has_failed


def test_a_single_value_is_no_line(report_with):
    page = render_html(report_with(Curve((0.5,), "accuracy", 0.9, 1.0)))
    assert '<span class="points">0.5, threshold 0.9, best possible 1</span>' in page
    assert "<svg" not in page


def drawn(curve):
    """The chart of `curve`: its texts, and the heights of its lines by the order in the legend."""
    root = ElementTree.fromstring(plot_svg(curve.chart()))
    texts = [text.text for text in root.iter("text")]
    lines = [line.get("points").split() for line in root.iter("polyline")]
    return texts, [[float(pair.split(",")[1]) for pair in line] for line in lines[::2]]


def test_a_chart_has_axes_the_threshold_and_the_best_possible_value():
    texts, (yours, threshold, best) = drawn(Curve((0.2, 0.5, 0.9), "accuracy", 0.8, 1.0))
    assert {"accuracy", "measurement", "1", "2", "3"} <= set(texts)
    assert {"yours", "threshold 0.8", "best possible 1"} <= set(texts)
    assert yours[0] > yours[1] > threshold[0] > yours[2] > best[0]  # down is more
    assert (threshold[0], best[0]) == (threshold[1], best[1])
    assert len(drawn(Curve((0.2, 0.5), "decades"))[1]) == 1


@pytest.mark.parametrize(
    ("values", "log"), [((900.0, 3.0), True), ((0.9, 0.3), False), ((900.0, 0.0), False)]
)
def test_values_of_several_powers_of_ten_have_a_logarithmic_axis(values, log):
    assert Curve(values, "perplexity", 2.0, 1.0).chart().log is log
