"""Figures of the READMEs: up to date, shown with their titles, and readable."""

import re
import sys
from xml.etree import ElementTree as ET

import pytest
from programs import completed
from repository import ROOT

from docs.figures.drawing import CSS, WIDTH

EXERCISES = ROOT / "exercises"
FILES = [ROOT / "docs/overview.svg", *sorted(EXERCISES.glob("*/*/*.svg"))]
SVG = "{http://www.w3.org/2000/svg}"
#: Width of a letter of 14 units, at most, on average.
LETTER = 7.4

name_of = pytest.mark.parametrize("file", FILES, ids=lambda f: f"{f.parent.name}/{f.stem}")


def test_figures_are_what_their_scripts_draw():
    command = [sys.executable, "-m", "docs.figures", "--check"]
    done = completed(*command, cwd=ROOT)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@name_of
def test_a_figure_stands_in_the_readme_with_its_title(file):
    page = file.parent / ("index.md" if file.parent.name == "docs" else "README.md")
    shown = dict(re.findall(r"!\[([^]]*)\]\(([^)]*)\)", page.read_text()))
    title = ET.parse(file).getroot().find(f"{SVG}title").text
    assert shown.get(title) == file.name


@name_of
def test_a_figure_is_described_for_readers_who_cannot_see_it(file):
    described = ET.parse(file).getroot().find(f"{SVG}desc").text
    assert len(described.split()) >= 20


@name_of
def test_texts_stay_inside_of_the_figure_and_beside_each_other(file):
    root = ET.parse(file).getroot()
    height = float(root.get("height"))
    boxes = [extent(text) for text in root.iter(f"{SVG}text")]
    for left, right, top, bottom in boxes:
        assert left >= 0 and right <= WIDTH, root.find(f"{SVG}title").text
        assert top >= 0 and bottom <= height
    for i, first in enumerate(boxes):
        assert not any(overlap(first, second) for second in boxes[:i])


def extent(text):
    """Return about where a text stands: left, right, top, bottom."""
    small = "small" in text.get("class", "")
    letters = "".join(text.itertext())
    indices = sum(len(t.text) for t in text if t.get("font-size"))
    width = LETTER * (len(letters) - 0.3 * indices) * (0.9 if small else 1)
    width *= 0.86 if "formula" in text.get("class", "") else 1
    x, y = float(text.get("x")), float(text.get("y"))
    left = x - {"start": 0, "middle": width / 2, "end": width}[text.get("text-anchor")]
    return left, left + width, y - 12, y + 3


def overlap(first, second):
    """Return whether two extents share more than a touch."""
    return (
        min(first[1], second[1]) - max(first[0], second[0]) > 2
        and min(first[3], second[3]) - max(first[2], second[2]) > 2
    )


def test_every_style_of_light_is_there_in_dark():
    light, dark = CSS.split("@media")
    coloured = set(re.findall(r"^\.(\w+) \{[^}]*#", light, re.M))
    assert coloured == set(re.findall(r"^  \.(\w+) \{[^}]*#", dark, re.M))
