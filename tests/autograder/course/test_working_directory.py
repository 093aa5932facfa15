"""Commands without a name mean the exercise whose folder one stands in."""

from pathlib import Path

import pytest

from autograder.course.working_directory import chosen_exercise, from_here, name_here
from autograder.grading.setting import GradeOptions
from framework.errors import UsageError


@pytest.fixture
def folder(tiny_course):
    return tiny_course.root / "exercises/first_unit/squash"


def test_the_folder_names_the_exercise(tiny_course, folder, monkeypatch):
    (folder / "deeper").mkdir()
    for index, name in [
        (folder, "squash"),
        (folder / "deeper", "squash"),
        (folder.parent, "first_unit"),
        (folder.parents[1], ""),
        (tiny_course.root, ""),
    ]:
        monkeypatch.chdir(index)
        assert name_here(tiny_course) == name


def test_grade_without_a_name_grades_the_folder(tiny_course, folder, monkeypatch):
    monkeypatch.chdir(folder)
    with GradeOptions().find(tiny_course)[0]:
        assert [item.name for item in GradeOptions().find(tiny_course)[1]] == ["squash"]
    monkeypatch.chdir(tiny_course.root)
    assert [item.name for item in GradeOptions().find(tiny_course)[1]] == ["squash", "sums"]


def test_a_unit_lists_its_exercises(tiny_course, folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    for name in ("first_unit", ""):
        with pytest.raises(UsageError, match=r"'first_unit' is a unit: .* exercises: squash$"):
            chosen_exercise(tiny_course, name, "gradus hint")


def test_without_a_folder_the_name_is_asked_for(tiny_course, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"which exercise\? Name it, as in `gradus hint squash`"):
        chosen_exercise(tiny_course, "", "gradus hint")
    assert chosen_exercise(tiny_course, "sums", "gradus hint").name == "sums"


def test_paths_are_written_as_seen_from_here(tmp_path, monkeypatch):
    (tmp_path / "a/b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a")
    assert from_here(tmp_path / "a/b/c.py") == "b/c.py"
    assert from_here(tmp_path / "x.py") == "../x.py"
    assert from_here(Path("/x")) == "/x"
