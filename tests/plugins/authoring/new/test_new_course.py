"""`gradus new course` and `gradus new exercise`."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest
import tomlkit
from programs import completed
from typer.testing import CliRunner

from autograder.course.reading import Course
from framework.cli import app
from framework.course.catalogue import Catalogue
from framework.course.folder import course_file
from framework.errors import BadInputError, ConflictError, UnknownNameError
from plugins.authoring.new.exercise import write_exercise
from plugins.authoring.new.new_course import write_course


@pytest.fixture
def root(tmp_path) -> Path:
    write_course(tmp_path / "week-3", "week-3")
    return tmp_path / "week-3"


def test_a_new_course_has_a_name_a_version_and_one_exercise(root):
    course = Catalogue.read(root)
    assert (course.name, course.version, course.base) == ("week-3", "0.1", "")
    assert course.exercise_names == ("linear",)
    project = tomlkit.parse((root / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"]["gradus"] == {"week-3": "week_3"}
    for file in root.rglob("*"):
        text = file.read_text("utf-8") if file.is_file() else ""
        assert not re.search(r"\$\{?[a-z_]{3}", text), file  # as in $name, unlike the formula $x$


def test_a_second_exercise_joins_its_unit_and_a_new_unit_is_listed(root):
    for index in ("first_steps/two_layers", "attention/dot_product"):
        write_exercise(Catalogue.read(root), index)
    units = Catalogue.read(root).units
    assert [unit.exercises for unit in units] == [("linear", "two_layers"), ("dot_product",)]
    assert units[1].title == "Attention"
    assert Catalogue.read(root).tasks("dot_product")[0].name == "DotProduct"
    text = course_file(root).read_text("utf-8")
    assert text.count("\n\n[[units]]\n") == 2


def test_new_questions_are_complete(root):
    done = CliRunner().invoke(
        app, ["new", "questions", "first_steps/review", "--course", str(root)]
    )
    assert done.exit_code == 0, done.output
    assert "solutions/first_steps/review/questions.md" in done.output
    exercise = Course.read(root).exercise("review")
    kinds = [type(question).__name__ for question in exercise.questions]
    assert kinds == ["Number", "Formula", "Choice", "Prose"]
    checked = CliRunner().invoke(app, ["check", "review", "--course", str(root)])
    assert checked.exit_code == 0, checked.output
    assert "<!-- exercise: review -->" in exercise.stub.read_text("utf-8")


NO_PACKAGES = ("linear", "a/b/c", "A/b", "a/B", "a/two-words", "class/x", "/x")
TAKEN = ("other/linear", "linear/other", "x/first_steps", "x/x")


def test_a_place_that_is_taken_or_no_package_is_refused_and_nothing_is_written(root):
    toml = root / "exercises/first_steps/linear/exercise.toml"
    text = toml.read_text("utf-8").replace('kind = "model"', 'kind = "model"\nregistry = "scale"')
    toml.write_text(text, "utf-8")
    before = sorted(root.rglob("*"))
    for index in NO_PACKAGES:
        with pytest.raises(BadInputError, match="expected UNIT/NAME"):
            write_exercise(Catalogue.read(root), index)
    for index in TAKEN:
        with pytest.raises(ConflictError):
            write_exercise(Catalogue.read(root), index)
    with pytest.raises(ConflictError, match="'linear' defines 'scale'"):
        write_exercise(Catalogue.read(root), "first_steps/scale")
    shutil.rmtree(root / "solutions")
    with pytest.raises(BadInputError, match="not to a student kit"):
        write_exercise(Catalogue.read(root), "first_steps/two")
    assert sorted(root.rglob("*")) == [path for path in before if "solutions" not in path.parts]


def test_a_course_gets_a_name_of_its_own_and_an_installed_base(tmp_path):
    for name in ("cs224n", "solutions", "tests", "json"):
        with pytest.raises(ConflictError):
            write_course(tmp_path / "here", name)
    with pytest.raises(UnknownNameError, match="no course 'cs224': did you mean 'cs224n'"):
        write_course(tmp_path / "here", "mine", base="cs224")
    assert not (tmp_path / "here").exists()


def test_the_commands_say_what_to_do_next(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = CliRunner().invoke(app, ["new", "course", "week4"])
    assert told.exit_code == 0, told.output
    assert "cd ./week4" in told.output and "gradus check" in told.output
    told = CliRunner().invoke(app, ["new", "exercise", "layers/scale", "--course", "week4"])
    assert told.exit_code == 0, told.output
    assert "wrote week4/exercises/layers/scale/README.md" in told.output
    assert CliRunner().invoke(app, ["new", "course", "week4"]).exception is not None


@pytest.mark.slow
def test_plain_pytest_passes_in_a_new_course(root):
    command = [sys.executable, "-m", "pytest", "-q"]
    done = completed(*command, cwd=root)
    assert "3 passed" in done.stdout, done.stdout + done.stderr
