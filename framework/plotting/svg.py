"""Draws charts as SVG: in pages, which include `chart_css`, and as separate files.

SVG needs no library, is the same for the same numbers, keeps its text, and follows the colour
scheme of the reader. `ElementTree` escapes every name and title.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from xml.etree import ElementTree as ET

from framework.errors import BadInputError
from framework.plotting.axes import Layout, PlotArea
from framework.plotting.charts import Chart, Line
from framework.plotting.names import RADIUS, ROW, SAMPLE, Name, beside, legend, names_of_points

#: Colours and dashes of lines, as chart.css has them.
STYLES = 6

#: Layout of a chart; every row of its legend extends it.
PLOT = Layout(width=420, height=230, left=62, right=16, top=30, bottom=46)

_NAMESPACE = "http://www.w3.org/2000/svg"
#: Height of the first row of a title and of others; approximate width of a bold letter.
_TITLE, _TITLE_ROW, _TITLE_LETTER = 26.0, 18.0, 9.4
_CAP = 4.0  # half the width of the ends of an error bar


def plot_svg(chart: Chart) -> str:
    """Return `chart` as an SVG element of a page; its title is only for screen readers."""
    return as_text(_plot(chart, PLOT))


def save_chart(
    chart: Chart, path: Path, layout: Layout = PLOT, *, below: Chart | None = None
) -> None:
    """Write `chart` with its title to the SVG file `path`; creates missing folders.

    Args:
        chart: the chart.
        path: the file.
        layout: the size of the chart, without its title and legend.
        below: another chart, which is drawn below the first one, without its title.

    Raises:
        BadInputError: the file cannot be written.
    """
    titles = title_rows(chart.title, layout)
    root = _plot(chart, below_title(layout, titles))
    if below is not None:
        _append_below(root, _plot(below, layout))
    save_drawing(root, titles, path)


def _append_below(root: ET.Element, lower: ET.Element) -> None:
    """Add the drawing `lower` to `root`, of the same width, and extend its height."""
    top, more = (float(element.attrib["height"]) for element in (root, lower))
    lower.set("y", f"{top:g}")
    root.append(lower)
    root.set("height", f"{top + more:g}")
    root.set("viewBox", f"0 0 {root.attrib['width']} {top + more:g}")


def below_title(layout: Layout, titles: Sequence[ET.Element]) -> Layout:
    """Return `layout` with room for the rows of a title."""
    return layout.extended(above=_TITLE + _TITLE_ROW * (len(titles) - 1))


def save_drawing(root: ET.Element, titles: Sequence[ET.Element], path: Path) -> None:
    """Write the drawing `root` with its title to the SVG file `path`; creates missing folders.

    Raises:
        BadInputError: the file cannot be written.
    """
    root.set("xmlns", _NAMESPACE)
    style = ET.Element("style")
    style.text = chart_css()
    paper = ET.Element("rect", {"class": "paper", "width": "100%", "height": "100%"})
    root[:0] = [style, paper, *titles]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(as_text(root) + "\n", "utf-8")
    except OSError as error:
        raise BadInputError(f"{path} cannot be written: {error}") from error


def title_rows(text: str, layout: Layout) -> list[ET.Element]:
    """Return `text`, wrapped to the width of the chart."""
    left = layout.left - 6
    rows = textwrap.wrap(text, int((layout.width - left) / _TITLE_LETTER)) or [""]
    elements = [text_element(Name(row, left, 20 + _TITLE_ROW * i)) for i, row in enumerate(rows)]
    for element in elements:
        element.set("class", "title")
    return elements


def chart_css() -> str:
    """Return the style of all drawings, in light and in dark."""
    return resources.files(__package__).joinpath("chart.css").read_text("utf-8")


def _plot(chart: Chart, layout: Layout) -> ET.Element:
    entries = legend(chart.curves, layout)
    rows = entries[-1].row + 1 if entries else 0
    frame = PlotArea.around(chart, layout.extended(below=ROW * rows))
    root = drawing("plot", chart.title, frame.layout)
    root.extend(_axes(chart, frame))
    for i, (line, entry) in enumerate(zip(chart.curves, entries, strict=True)):
        y = frame.layout.height - 10 - ROW * (rows - 1 - entry.row)
        sample = f"{entry.x:.1f},{y - 4:.1f} {entry.x + SAMPLE:.1f},{y - 4:.1f}"
        style = f"line{i % STYLES}"
        root.append(_polyline(line, frame, style))
        root.append(ET.Element("polyline", {"class": style, "points": sample}))
        root.append(text_element(Name(line.name, beside(entry), y)))
    for line in chart.lines:
        root.extend(_error_bars(line, frame))
    root.extend(_points(chart, frame))
    return root


def drawing(kind: str, told: str, layout: Layout) -> ET.Element:
    """Return an empty drawing; `told` is for screen readers."""
    width, height = f"{layout.width:g}", f"{layout.height:g}"
    size = {"viewBox": f"0 0 {width} {height}", "width": width, "height": height}
    return ET.Element("svg", {"class": kind, **size, "role": "img", "aria-label": told})


def _axes(chart: Chart, frame: PlotArea) -> Iterator[ET.Element]:
    layout = frame.layout
    bottom, left, right = layout.height - layout.bottom, layout.left, layout.width - layout.right
    for y, label in frame.y_ticks():
        yield ET.Element("path", {"class": "grid", "d": f"M{left:g} {y:.1f}H{right:g}"})
        yield text_element(Name(label, left - 6, y + 4, "end"))
    yield ET.Element(
        "path", {"class": "axis", "d": f"M{left:g} {layout.top:g}V{bottom:g}H{right:g}"}
    )
    for x, label in frame.x_ticks():
        yield text_element(Name(label, x, bottom + 16, "middle"))
    yield text_element(Name(chart.x_label, (left + right) / 2, bottom + 34, "middle"))
    yield text_element(Name(chart.y_label, left - 6, layout.top - 12))


def _polyline(line: Line, frame: PlotArea, style: str) -> ET.Element:
    pairs = zip(line.x, line.y, strict=True)
    points = " ".join(f"{frame.x(x):.1f},{frame.y(y):.1f}" for x, y in pairs)
    return ET.Element("polyline", {"class": style, "points": points})


def _error_bars(line: Line, frame: PlotArea) -> Iterator[ET.Element]:
    """Yield the bars of all points of `line`: upright for y, level for x, with caps."""
    places = zip(line.x, line.y, line.x_reach, line.reach, strict=True)
    for x, y, (x_least, x_most), (y_least, y_most) in places:
        across, down = frame.x(x), frame.y(y)
        if y_least < y_most:
            top, bottom = frame.y(y_most), frame.y(y_least)
            caps = f"M{across - _CAP:.1f} {{:.1f}}H{across + _CAP:.1f}"
            yield _bar(f"M{across:.1f} {top:.1f}V{bottom:.1f}", caps, top, bottom)
        if x_least < x_most:
            left, right = frame.x(x_least), frame.x(x_most)
            caps = f"M{{:.1f}} {down - _CAP:.1f}V{down + _CAP:.1f}"
            yield _bar(f"M{left:.1f} {down:.1f}H{right:.1f}", caps, left, right)


def _bar(bar: str, caps: str, *ends: float) -> ET.Element:
    return ET.Element("path", {"class": "spread", "d": bar + "".join(map(caps.format, ends))})


def _points(chart: Chart, frame: PlotArea) -> Iterator[ET.Element]:
    """Yield every single point as a dot with its name."""
    for x, y in chart.points:
        center = {"cx": f"{frame.x(x):.1f}", "cy": f"{frame.y(y):.1f}"}
        yield ET.Element("circle", {**center, "r": f"{RADIUS:g}"})
    yield from map(text_element, names_of_points(chart, frame))


def text_element(name: Name) -> ET.Element:
    """Return `name` at its place."""
    position = {"x": f"{name.x:.1f}", "y": f"{name.y:.1f}", "text-anchor": name.anchor}
    element = ET.Element("text", position)
    element.text = name.text
    return element


def as_text(root: ET.Element) -> str:
    """Return `root` with a closing tag for every element, as HTML requires."""
    return ET.tostring(root, encoding="unicode", short_empty_elements=False)
