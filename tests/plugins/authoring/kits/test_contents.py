"""The list of exercises of a kit whose course builds on others, and the guide of students."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from repository import text_of

from autograder.course.kit_folder import Kit
from autograder.course.reading import Course, find_course
from framework.course.catalogue import active_course
from framework.errors import UsageError
from framework.providers.loaded_plugins import Plugins
from framework.training.recipes import exercise_recipes, find_recipe
from plugins.authoring.kits.building import kit_exercises
from plugins.authoring.kits.contents import course_toml, guide, write_contents

EXERCISE = text_of("texts/contents/exercise.py")


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


@pytest.fixture
def kit_of(tmp_path, monkeypatch):
    """`kit_of(*names)`: the folder of a kit without recordings."""

    def kit_of(*names: str) -> Path:
        course = find_course()
        exercises = kit_exercises(course, course.select(names))
        write_contents(Kit(tmp_path, "hash", "0"), course, exercises)
        monkeypatch.chdir(tmp_path)
        return tmp_path

    return kit_of


def test_a_kit_offers_to_train_what_its_exercises_suffice_for(kit_of):
    root = kit_of("backpropagation")
    assert "gradus train" not in (root / "README.md").read_text("utf-8")
    assert list(exercise_recipes()) == []
    for name in ("backpropagation", "window_scorer"):
        with pytest.raises(UsageError, match=f"'{name}' cannot be trained.* needs window_class"):
            find_recipe(name, [])


def test_a_kit_with_all_that_a_model_needs_offers_it(kit_of):
    root = kit_of("backpropagation", "window_classifier")
    assert "`train` lists the models" in (root / "README.md").read_text("utf-8")
    assert {"backpropagation", "window_classifier"} == {name for name, _ in exercise_recipes()}


def test_a_kit_has_no_faster_form_of_what_students_write(kit_of):
    kit_of("ngram")
    of_kit = Plugins(course=active_course()).registry.find("backoff", "numpy")
    assert not of_kit.target.startswith("plugins.")
    whole = Plugins(course=find_course(Path(__file__).parents[4])).registry
    assert whole.find("backoff", "numpy").target.startswith("plugins.")
