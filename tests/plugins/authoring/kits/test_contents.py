"""The list of exercises of a kit whose course builds on others, and the guide of students."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.course.reading import Course
from plugins.authoring.kits.building import kit_exercises
from plugins.authoring.kits.contents import course_toml, guide

EXERCISE = """title = "T"
lecture = "none"
points = 1
requires = [{}]
[time]
call = 1
total = 1
[[tasks]]
name = "{}"
kind = "function"
"""


def write(root: Path, head: str, units: dict[str, dict[str, str]]) -> None:
    """Write a course: unit -> exercise -> what it requires."""
    text = head
    for unit, exercises in units.items():
        listed = ", ".join(f'"{name}"' for name in exercises)
        text += f'[[units]]\nname = "{unit}"\ntitle = "{unit}"\nexercises = [{listed}]\n'
        for name, required in exercises.items():
            folder = root / "exercises" / unit / name
            folder.mkdir(parents=True)
            (folder / "exercise.toml").write_text(EXERCISE.format(required, name), "utf-8")
    (root / "exercises/course.toml").write_text(text, "utf-8")


@pytest.fixture
def top(tmp_path) -> Course:
    """A course on a course on a course; two of them have a unit `layers`."""
    write(
        tmp_path / "low",
        'name = "low"\npackages = ["scipy"]\n',
        {"layers": {"a": "", "b": '"a"', "unused": ""}},
    )
    write(tmp_path / "middle", 'name = "middle"\nbase = "../low"\n', {"nets": {"c": '"low/b"'}})
    write(
        tmp_path / "top",
        'name = "top"\nbase = "../middle"\npackages = ["sympy"]\n[overrides]\n"d@x" = "p"\n',
        {"layers": {"d": '"middle/c"', "e": ""}},
    )
    return Course.read(tmp_path / "top")


def test_a_kit_lists_what_is_required_of_all_bases(top, tmp_path):
    exercises = kit_exercises(top, top.select(["d"]))
    assert [exercise.name for exercise in exercises] == ["a", "b", "c", "d"]
    written = tmp_path / "kit/exercises/course.toml"
    written.parent.mkdir(parents=True)
    written.write_text(course_toml(top, exercises), "utf-8")
    kit = Course.read(tmp_path / "kit")
    units = [(unit.name, unit.exercises) for unit in kit.units]
    assert units == [("layers", ("a", "b", "d")), ("nets", ("c",))]
    assert (kit.name, kit.base, kit.packages) == ("top", "", ("scipy", "sympy"))
    assert kit.overrides == {"d@x": "p"}


def test_the_guide_of_students_is_in_a_kit_without_links_that_lead_nowhere():
    text = guide()
    for command in ("--watch", "--html", "gradus replay", "gradus notebook", "gradus train"):
        assert command in text
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = {"#" + heading.lower().replace(" ", "-") for heading in headings}
    targets = set(re.findall(r"\]\(([^)]+)\)", text))
    assert targets and targets <= anchors
