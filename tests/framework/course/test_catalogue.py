"""The catalogue of a course: what it reads, when, and what it refuses."""

import pytest

from framework.course import catalogue
from framework.course.catalogue import Catalogue, active_course
from framework.course.tasks import Task
from framework.errors import BadInputError, UnknownNameError

SUMS = "def total(values):\n    return sum(values)\n"


def test_tasks_are_those_of_the_exercise(write_course):
    course = write_course("one", sums=SUMS)
    assert course.exercise_names == ("sums",)
    assert course.tasks("sums") == (Task("total", "function", "total"),)
    with pytest.raises(UnknownNameError, match="no exercise 'sum': did you mean 'sums'"):
        course.tasks("sum")


def test_an_exercise_is_read_when_it_is_asked_for(write_course):
    root = write_course("one", sums=SUMS).root
    (root / "exercises/unit/sums/exercise.toml").write_text("not TOML")
    course = Catalogue.read(root)
    with pytest.raises(BadInputError, match=r"sums/exercise\.toml cannot be read"):
        course.tasks("sums")
    (root / "exercises/unit/sums/exercise.toml").unlink()
    with pytest.raises(BadInputError, match=r"sums/exercise\.toml is missing"):
        Catalogue.read(root).tasks("sums")


def test_a_file_is_parsed_once_until_it_changes(write_course, monkeypatch):
    root = write_course("one", sums=SUMS).root
    read = []
    original = catalogue.read_table
    monkeypatch.setattr(catalogue, "read_table", lambda file: read.append(file) or original(file))
    for _ in range(3):
        Catalogue.read(root).tasks("sums")
    file = root / "exercises/unit/sums/exercise.toml"
    assert read.count(file) == 1
    file.write_text(file.read_text("utf-8").replace("total", "mean"), "utf-8")
    assert [task.name for task in Catalogue.read(root).tasks("sums")] == ["mean"]


def test_the_active_course_is_the_one_around_the_working_directory(write_course, monkeypatch):
    root = write_course("one", sums=SUMS).root
    monkeypatch.chdir(root / "solutions/unit")
    assert active_course().exercise_names == ("sums",)
