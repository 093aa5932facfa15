"""A small style for the figures of the READMEs: boxes, arrows, texts and curves as SVG.

A figure is readable in light and dark, in grey, and at the width of a phone: at most 480 units
wide, text of at least 13 units, colours that differ in brightness, and lines that differ in dashes.
Every figure has a title and a description for readers who cannot see it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

#: Width of every figure, in the units of all coordinates. A phone shows it without scrolling.
WIDTH = 480

CSS = """
text { font: 14px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; fill: #2b2e35; }
.small { font-size: 13px; }
.formula { font-family: Cambria, "STIX Two Text", "Noto Serif", Georgia, serif; font-size: 15px; }
.quiet { fill: #5f6470; }
.strong { font-weight: 600; }
.paper { fill: #ffffff; }
.line { fill: none; stroke: #4a4f5a; stroke-width: 1.5; }
.faint { fill: none; stroke: #b9bcc4; stroke-width: 1.2; }
.first { fill: none; stroke: #1f5fa8; stroke-width: 2.2; }
.second { fill: none; stroke: #b3530b; stroke-width: 2.2; stroke-dasharray: 7 3; }
.third { fill: none; stroke: #1a7f4b; stroke-width: 2.2; stroke-dasharray: 2 3; }
.fourth { fill: none; stroke: #7b3fa0; stroke-width: 2.2; stroke-dasharray: 10 3 2 3; }
.box { fill: #f3f1ec; stroke: #4a4f5a; stroke-width: 1.3; }
.on { fill: #cfe1f6; stroke: #1f5fa8; stroke-width: 1.5; }
.gate { fill: #fbe3cb; stroke: #b3530b; stroke-width: 1.5; }
.good { fill: #cdebd9; stroke: #1a7f4b; stroke-width: 1.5; }
.off { fill: #ffffff; stroke: #b9bcc4; stroke-width: 1.2; stroke-dasharray: 3 3; }
.solid { fill: #1f5fa8; stroke: none; }
.head { fill: #4a4f5a; stroke: none; }
.head1 { fill: #1f5fa8; stroke: none; }
.head2 { fill: #b3530b; stroke: none; }
@media (prefers-color-scheme: dark) {
  text { fill: #e4e6eb; }
  .quiet { fill: #a9adb8; }
  .paper { fill: #1d2026; }
  .line { stroke: #b4b8c2; }
  .faint { stroke: #535862; }
  .first { stroke: #7db4f0; }
  .second { stroke: #f0a868; }
  .third { stroke: #5fc88f; }
  .fourth { stroke: #cf9cf0; }
  .box { fill: #2b2f37; stroke: #b4b8c2; }
  .on { fill: #1f3f63; stroke: #7db4f0; }
  .gate { fill: #573618; stroke: #f0a868; }
  .good { fill: #1d4a33; stroke: #5fc88f; }
  .off { fill: #1d2026; stroke: #535862; }
  .solid { fill: #7db4f0; }
  .head { fill: #b4b8c2; }
  .head1 { fill: #7db4f0; }
  .head2 { fill: #f0a868; }
}
"""

#: Style of an arrow's line, and of its head.
_HEADS = {"first": "head1", "second": "head2"}
#: How far an index and an exponent stand below the line.
_LOWER, _HIGHER = 4, -5
_INDEX = re.compile(r"_\{([^}]*)\}|_(\w)|\^\{([^}]*)\}|\^(\S)")


@dataclass
class Drawing:
    """One figure.

    Args:
        title: what it shows, in a few words.
        description: what a reader who cannot see it has to know; the alternative text.
        height: in units; the width is `WIDTH`.
    """

    title: str
    description: str
    height: float
    _body: list[ET.Element] = field(default_factory=list)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        text: str = "",
        style: str = "box",
        *,
        words: str = "",
        round_: float = 4,
    ) -> None:
        """Draw a box around the centre (x, y) with `text` in its middle.

        Args:
            x, y: the centre.
            width, height: the size.
            text: one line; ``h_t`` and ``h_{t-1}`` get an index.
            style: a class of `CSS`.
            words: the class of the text.
            round_: radius of the corners.
        """
        corner = {"x": x - width / 2, "y": y - height / 2, "width": width, "height": height}
        self._add("rect", {"class": style, "rx": round_, **corner})
        if text:
            self.text(x, y, text, words)

    def circle(
        self, x: float, y: float, radius: float, text: str = "", style: str = "box", words: str = ""
    ) -> None:
        """Draw a circle with `text` in its middle."""
        self._add("circle", {"class": style, "cx": x, "cy": y, "r": radius})
        if text:
            self.text(x, y, text, words)

    def operator(self, x: float, y: float, sign: str) -> None:
        """Draw an elementwise operation: its `sign` in a circle of radius 12."""
        self.circle(x, y, 12, sign, words="strong")

    def text(self, x: float, y: float, text: str, style: str = "", anchor: str = "middle") -> None:
        """Write one line whose middle is at height y.

        Args:
            x, y: where it begins, ends or has its middle, as `anchor` says.
            text: ``_`` and ``^`` make indices, of one letter or of what is in braces.
            style: classes of `CSS`.
            anchor: start, middle or end.
        """
        attributes: dict[str, object] = {"x": x, "y": y + 4.8, "text-anchor": anchor}
        element = self._add("text", attributes | ({"class": style} if style else {}))
        _write(element, text)

    def line(self, *points: tuple[float, float], style: str = "line") -> None:
        """Draw straight lines from point to point."""
        self._add("polyline", {"class": style, "points": _points(points)})

    def curve(self, path: str, style: str = "line") -> None:
        """Draw an SVG `path`."""
        self._add("path", {"class": style, "d": path})

    def arrow(self, *points: tuple[float, float], style: str = "line") -> None:
        """Draw straight lines from point to point, with a head at the last one."""
        (x0, y0), (x1, y1) = points[-2:]
        length = max(1e-9, ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5)
        dx, dy = (x1 - x0) / length, (y1 - y0) / length
        neck = x1 - 7 * dx, y1 - 7 * dy
        self.line(*points[:-1], neck, style=style)
        back = x1 - 8.5 * dx, y1 - 8.5 * dy
        head = [
            (x1, y1),
            (back[0] - 4 * dy, back[1] + 4 * dx),
            (back[0] + 4 * dy, back[1] - 4 * dx),
        ]
        self._add("polygon", {"class": _HEADS.get(style, "head"), "points": _points(head)})

    def matrix(
        self,
        x: float,
        y: float,
        rows: int,
        columns: int,
        cell: float,
        styles: Sequence[Sequence[str]] | str = "box",
        texts: Sequence[Sequence[str]] | None = None,
    ) -> None:
        """Draw a table of square cells whose upper left corner is (x, y).

        Args:
            x, y: the corner.
            rows, columns: how many cells.
            cell: the length of a side.
            styles: the class of each cell, or of all.
            texts: what stands in each cell.
        """
        for i in range(rows):
            for j in range(columns):
                style = styles if isinstance(styles, str) else styles[i][j]
                text = texts[i][j] if texts else ""
                centre = x + (j + 0.5) * cell, y + (i + 0.5) * cell
                self.box(*centre, cell, cell, text, style, words="small", round_=0)

    def svg(self) -> str:
        """Return the figure as the text of an SVG file."""
        size = {"viewBox": f"0 0 {WIDTH} {self.height:g}", "width": str(WIDTH)}
        size |= {"height": f"{self.height:g}", "xmlns": "http://www.w3.org/2000/svg"}
        root = ET.Element("svg", {**size, "role": "img", "aria-labelledby": "title desc"})
        for tag, text in (("title", self.title), ("desc", self.description)):
            ET.SubElement(root, tag, {"id": tag}).text = text
        ET.SubElement(root, "style").text = CSS
        ET.SubElement(root, "rect", {"class": "paper", "width": "100%", "height": "100%"})
        root.extend(self._body)
        root.text = "\n"
        for element in root:
            element.tail = "\n"
        return ET.tostring(root, encoding="unicode") + "\n"

    def _add(self, tag: str, attributes: dict[str, object]) -> ET.Element:
        written = {name: _written(value) for name, value in attributes.items()}
        self._body.append(ET.Element(tag, written))
        return self._body[-1]


def _written(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def _points(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{_written(float(x))},{_written(float(y))}" for x, y in points)


def _write(element: ET.Element, text: str) -> None:
    """Write `text` into `element`; indices are smaller and lower, exponents higher."""
    height = 0
    for part, wanted in _parts(text):
        attributes = {} if wanted == height else {"dy": str(wanted - height)}
        if wanted:
            attributes["font-size"] = "11"
        ET.SubElement(element, "tspan", attributes).text = part
        height = wanted


def _parts(text: str) -> Iterator[tuple[str, int]]:
    """Yield the parts of `text`, each with how far down it stands."""
    end = 0
    for match in _INDEX.finditer(text):
        if match.start() > end:
            yield text[end : match.start()], 0
        low = match[1] or match[2]
        yield (low, _LOWER) if low else (match[3] or match[4], _HIGHER)
        end = match.end()
    if end < len(text):
        yield text[end:], 0
