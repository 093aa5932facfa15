"""Charts as SVG: where lines, points, names and numbers stand, and what a file of its own holds."""

import re
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from framework.errors import BadInputError
from framework.plotting.axes import PlotArea
from framework.plotting.charts import Chart, Line
from framework.plotting.names import Box, names_of_points
from framework.plotting.svg import PLOT, STYLES, chart_css, plot_svg, save_chart


def chart(lines, x=(1.0, 2.0, 3.0), **options):
    """A chart of `lines` over `x`; a line of one height is a point over its own x."""
    made = [
        Line(name, (y[0],), (y[1],)) if isinstance(y, tuple) else Line(name, tuple(x), tuple(y))
        for name, y in lines.items()
    ]
    return Chart("A title & more", "layer", "size", tuple(made), **options)


def elements(svg, tag):
    return [element for element in ET.fromstring(svg) if element.tag.endswith(tag)]


def pairs(line):
    return [tuple(map(float, pair.split(","))) for pair in line.get("points").split()]


def texts(svg):
    return [text.text for text in elements(svg, "text")]


@pytest.mark.parametrize(
    ("lines", "log"),
    [
        ({"a": [1.0, 2.0, 3.0], "b": [3.0, 2.0, 1.0]}, False),
        ({"a": [1e-18, 1.0, 1e3]}, True),
        ({"a": [2e-3, 3e-3, 8e-3]}, True),
        ({"level": [5.0, 5.0, 5.0]}, False),
        ({"nothing": []}, False),
        ({"nothing": []}, True),
        ({}, False),
        ({f"line number {i}": [1.0, 2.0, 3.0] for i in range(9)}, False),
        ({f"point {i}": (float(i), i / 7) for i in range(9)}, False),
    ],
)
def test_everything_lies_within_the_drawing(lines, log):
    drawn = chart({name: y for name, y in lines.items() if y}, log=log)
    root = ET.fromstring(plot_svg(drawn))
    width, height = float(root.get("width")), float(root.get("height"))
    assert root.get("viewBox") == f"0 0 {width:g} {height:g}"
    places = [pair for line in root.iter("polyline") for pair in pairs(line)]
    places += [(float(text.get("x")), float(text.get("y"))) for text in root.iter("text")]
    places += [(float(dot.get("cx")), float(dot.get("cy"))) for dot in root.iter("circle")]
    assert all(0 <= x <= width and 0 <= y <= height for x, y in places)
    assert {"layer", "size", *lines} - {"nothing"} <= {text.text for text in root.iter("text")}


def test_a_rising_line_rises_and_a_logarithmic_axis_is_one():
    (line, *_) = elements(plot_svg(chart({"a": [1.0, 10.0, 1000.0]}, log=True)), "polyline")
    heights = [y for _, y in pairs(line)]
    assert heights[0] > heights[1] > heights[2]
    assert heights[1] - heights[2] == pytest.approx(2 * (heights[0] - heights[1]), abs=0.2)


def test_a_line_of_one_point_is_a_dot_with_its_name():
    points = {"rnn": (2.0, 0.9), "cnn": (1.0, 0.8), "window": (1.0, 0.8)}
    drawn = chart({**points, "all": [0.7] * 3})
    svg = plot_svg(drawn)
    (x_rnn, y_rnn), (x_cnn, y_cnn) = [
        (float(dot.get("cx")), float(dot.get("cy"))) for dot in elements(svg, "circle")
    ]
    assert x_cnn < x_rnn
    assert y_cnn > y_rnn
    assert {"rnn", "cnn, window", "all"} <= set(texts(svg))
    assert [line.name for line in drawn.curves] == ["all"]


@pytest.mark.parametrize(
    ("heights", "log", "ticks"),
    [
        ([0, 0.7, 1], False, {"0", "0.2", "0.4", "0.6", "0.8", "1"}),
        ([0.0, 9.0, 0.0], False, {"1", "2", "3"}),  # whole numbers have whole ticks
        ([1e-4, 1, 1e4], True, {"1e-4", "1e-2", "1e0", "1e2", "1e4"}),
        ([2e-3, 3e-3, 8e-3], True, {"1e-3", "1e-2"}),
    ],
)
def test_ticks_are_round_numbers(heights, log, ticks):
    shown = set(texts(plot_svg(chart({"a": heights}, log=log))))
    assert ticks <= shown and "1.5" not in shown


def test_lines_differ_without_their_colours():
    css = chart_css()
    dashes = [re.search(rf"\.line{i} \{{([^}}]*)\}}", css).group(1) for i in range(STYLES)]
    results = [re.search(r"stroke-dasharray: ([\d ]+)", style) for style in dashes]
    assert len({match and match.group(1) for match in results}) == STYLES


def test_every_colour_has_another_in_the_dark():
    light, dark = chart_css().split("@media (prefers-color-scheme: dark)")
    coloured = set(re.findall(r"(\.plot [\w .]+?) \{[^}]*#", light))
    assert coloured == set(re.findall(r"(\.plot [\w .]+?) \{[^}]*#", dark))


def test_a_long_legend_takes_further_rows_under_each_other():
    lines = {f"a line with the name {i}": [1.0, 2.0, 3.0] for i in range(5)}
    named = [text for text in elements(plot_svg(chart(lines)), "text") if text.text in lines]
    rows = {float(text.get("y")) for text in named}
    assert len(named) == 5
    assert len(rows) > 1
    assert all(float(text.get("x")) + 6 * len(text.text) < PLOT.width for text in named)


def test_spreads_and_ranges_are_bars_around_their_point_within_the_drawing():
    line = Line("cnn", (1.0,), (0.5,), (0.25,), ((0.5, 3.0),))
    svg = plot_svg(Chart("", "", "", (line, Line("rnn", (1.5,), (0.9,)))))
    bars = [path.get("d") for path in elements(svg, "path") if path.get("class") == "spread"]
    upright, level = bars
    dot = elements(svg, "circle")[0]
    x, middle = float(dot.get("cx")), float(dot.get("cy"))
    top, bottom = map(float, re.match(r"M[\d.]+ ([\d.]+)V([\d.]+)", upright).groups())
    assert (top + bottom) / 2 == pytest.approx(middle, abs=0.1)
    assert bottom - top > 50
    left, y, right = map(float, re.match(r"M([\d.]+) ([\d.]+)H([\d.]+)M", level).groups())
    assert y == middle
    assert right - x == pytest.approx(4 * (x - left), abs=1)
    assert PLOT.left <= left < x < right <= PLOT.width - PLOT.right


COORDINATE = st.integers(0, 30).map(float)


@given(st.sets(st.tuples(COORDINATE, COORDINATE), max_size=5))
def test_names_of_points_apart_from_each_other_cover_none(places):
    drawn = chart({f"name {i}": index for i, index in enumerate(places)})
    frame = PlotArea.around(drawn, PLOT)
    seen = [(frame.x(x), frame.y(y)) for x, y in places]
    assume(all(abs(a[0] - b[0]) > 70 or abs(a[1] - b[1]) > 40 for a, b in combinations(seen, 2)))
    names = list(names_of_points(drawn, frame))
    assert sorted(name.text for name in names) == [f"name {i}" for i in range(len(places))]
    assert not any(a.box.covers(b.box) for a, b in combinations(names, 2))


NEAR = {"bag": (1.0, 0.5), "window": (1.02, 0.5), "cnn": (1.0, 0.51), "rnn": (9.0, 0.9)}
BARS = (
    Line("window", (0.103,), (82.4,), (1.0,), ((0.076, 0.145),)),
    Line("cnn", (0.113,), (82.3,), (1.0,), ((0.078, 0.178),)),
    Line("lstm", (0.42,), (100.0,), (0.0,), ((0.3, 0.5),)),
)


@pytest.mark.parametrize("drawn", [chart(NEAR), Chart("", "", "", BARS)], ids=["points", "bars"])
def test_points_beside_each_other_have_names_apart(drawn):
    names = list(names_of_points(drawn, PlotArea.around(drawn, PLOT)))
    assert not any(a.box.covers(b.box) for a, b in combinations(names, 2))


def test_a_name_does_not_stand_on_the_error_bar_of_its_point():
    lines = (Line("cnn", (1.0,), (0.5,), (0.25,)), Line("rnn", (2.0,), (0.9,)))
    drawn = Chart("", "", "", lines)
    frame = PlotArea.around(drawn, PLOT)
    cnn, _ = names_of_points(drawn, frame)
    x, top, bottom = frame.x(1.0), frame.y(0.75), frame.y(0.25)
    assert not cnn.box.covers(Box(x - 4, top, x + 4, bottom))


def test_what_stands_in_names_is_text():
    hostile = '</svg><script>alert("x")</script> & \' "'
    drawn = Chart(hostile, hostile, hostile, (Line(hostile, (1.0, 2.0), (1.0, 2.0)),))
    root = ET.fromstring(plot_svg(drawn))
    assert {element.tag for element in root.iter()} <= {"svg", "path", "text", "polyline"}
    assert root.get("aria-label") == hostile
    assert [text.text for text in root.iter("text")].count(hostile) == 3


def test_a_file_of_its_own_has_its_title_its_paper_and_its_style(tmp_path):
    path = tmp_path / "new" / "folder" / "a.svg"
    save_chart(chart({"a": [1.0, 2.0, 3.0]}), path)
    root = ET.fromstring(path.read_text("utf-8"))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    style, paper, title = list(root)[:3]
    assert style.text == chart_css()
    assert paper.get("class") == "paper"
    assert title.text == "A title & more"
    assert float(root.get("height")) > float(
        ET.fromstring(plot_svg(chart({"a": [1, 2, 3]}))).get("height")
    )


def test_a_long_title_takes_further_rows_and_is_never_cut(tmp_path):
    words = "Families of models on a corpus with a name that takes more than a row, and two more"
    save_chart(Chart(words, "x", "y", ()), tmp_path / "a.svg")
    root = ET.fromstring((tmp_path / "a.svg").read_text("utf-8"))
    titles = [element for element in root if element.get("class") == "title"]
    assert len(titles) > 1
    assert " ".join(title.text for title in titles) == words
    assert all(float(item.get("x")) + 9.4 * len(item.text) <= PLOT.width for item in titles)
    axis = next(item for item in root if item.get("class") == "axis")
    top = float(re.search(r" ([\d.]+)V", axis.get("d")).group(1))
    assert max(float(title.get("y")) for title in titles) < top - 15


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(BadInputError, match=r"a\.svg cannot be written"):
        save_chart(chart({}), tmp_path / "file" / "a.svg")
