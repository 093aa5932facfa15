"""A metric over training: in numbers for a terminal, and as a line in a page."""

import json
import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from terminal import on_terminal

from autograder.reports.html_report import render_html
from autograder.reports.json_report import render_json
from autograder.reports.junit import render_junit
from autograder.reports.terminal_report import ExerciseView
from autograder.results.findings.figures import NUMBERS, Curve, in_numbers
from autograder.verdicts import Verdict
from framework.plotting.svg import plot_svg


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
    steps = [b - a for a, b in pairwise(shown)]
    assert set(steps) <= {14, 15}


CURVE = (0.25, 0.512345678, 0.7)


@pytest.fixture
def trained(report, wrong):
    """`trained(verdict, hidden)`: a report on a model that was trained."""

    def trained(verdict, hidden=False):
        check = replace(wrong.checks[0], verdict=verdict, hidden=hidden, findings=(Curve(CURVE),))
        exercise = replace(wrong, tasks=(replace(wrong.tasks[0], checks=(check,)),))
        return replace(report, exercises=(exercise,))

    return trained


def on_a_terminal(report):
    return on_terminal(ExerciseView(report.exercises[0]))


def curves_in_json(report, **options):
    (exercise,) = json.loads(render_json(report, **options))["exercises"]
    findings = [f for task in exercise["tasks"] for c in task["checks"] for f in c["findings"]]
    return [finding["data"]["values"] for finding in findings]


def test_a_program_gets_every_value_to_six_digits(trained):
    assert curves_in_json(trained(Verdict.PASSED)) == [[0.25, 0.512346, 0.7]]


def test_a_terminal_shows_the_curve_of_what_missed_its_threshold(trained):
    assert "      curve    0.25 → 0.512 → 0.7\n" in on_a_terminal(trained(Verdict.FAILED))
    assert "curve" not in on_a_terminal(trained(Verdict.PASSED))


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


def test_what_has_no_limit_and_no_threshold_is_one_line():
    texts, lines = drawn(Curve((0.2, 0.5), "decades"))
    assert len(lines) == 1
    assert not any("threshold" in text or "best" in text for text in texts)


@pytest.mark.parametrize(
    ("values", "log"), [((900.0, 3.0), True), ((0.9, 0.3), False), ((900.0, 0.0), False)]
)
def test_values_of_several_powers_of_ten_have_a_logarithmic_axis(values, log):
    assert Curve(values, "perplexity", 2.0, 1.0).chart().log is log


@pytest.mark.parametrize("verdict", [Verdict.PASSED, Verdict.FAILED])
def test_a_page_draws_every_curve_above_its_numbers(trained, verdict):
    page = render_html(trained(verdict))
    assert re.search(r'</svg><span class="points">0\.25 → 0\.512 → 0\.7</span>', page)


def test_a_single_value_is_no_line(report, wrong):
    check = replace(wrong.checks[0], findings=(Curve((0.5,), "accuracy", 0.9, 1.0),))
    exercise = replace(wrong, tasks=(replace(wrong.tasks[0], checks=(check,)),))
    page = render_html(replace(report, exercises=(exercise,)))
    assert '<span class="points">0.5, threshold 0.9, best possible 1</span>' in page
    assert "<svg" not in page


def test_a_ci_server_gets_the_numbers(trained):
    assert "curve: 0.25 → 0.512 → 0.7" in render_junit(trained(Verdict.FAILED))


@pytest.mark.parametrize("verdict", [Verdict.PASSED, Verdict.FAILED])
def test_the_curve_of_a_hidden_check_needs_permission(trained, verdict):
    report = trained(verdict, hidden=True)
    assert curves_in_json(report) == []
    assert "<svg" not in render_html(report)
    assert "curve" not in on_a_terminal(report) + render_junit(report)
    assert curves_in_json(report, show_hidden=True) == [[0.25, 0.512346, 0.7]]
    assert "<svg" in render_html(report, show_hidden=True)
