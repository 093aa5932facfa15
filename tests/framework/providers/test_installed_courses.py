"""Installed courses, bases, and names that are scoped by course."""

from __future__ import annotations

from pathlib import Path

import pytest

from framework.course.catalogue import Catalogue
from framework.errors import BadInputError, ConflictError, PluginError, UnknownNameError, UsageError
from framework.providers.installed_courses import lineage, named_course_folder
from framework.providers.loaded_plugins import Plugins


@pytest.fixture
def write(write_course):
    """`write("near", "name = ...", "sums")`: a course of functions that return its name."""

    def write(name: str, head: str, *exercises: str) -> Catalogue:
        tasks = {task: f'[[tasks]]\nname = "{task}"\nkind = "function"\n' for task in exercises}
        sources = {task: f"def {task}():\n    return {name!r}\n" for task in exercises}
        root = write_course(name, tasks=tasks, **sources).root
        file = root / "exercises" / "course.toml"
        file.write_text(head + file.read_text("utf-8"), "utf-8")
        return Catalogue.read(root)

    return write


@pytest.fixture
def two(write) -> Catalogue:
    """A course `far` that is based on `near`; both define `both`."""
    write("near", 'name = "near"\n', "both", "below")
    return write("far", 'name = "far"\nbase = "../near"\n', "both", "above")


def value(plugins: Plugins, name: str):
    return plugins.registry.get(name, "numpy")()


def test_parts_of_the_base_are_offered_and_the_nearer_definition_counts(two):
    plugins = Plugins(course=two)
    plain = [value(plugins, name) for name in ("above", "below", "both")]
    assert plain == ["far", "near", "far"]


def test_any_name_may_be_written_with_its_course(two):
    plugins = Plugins(course=two)
    assert [value(plugins, name) for name in ("near/both", "far/both")] == ["near", "far"]
    with pytest.raises(UsageError):
        plugins.registry.find("far/below", "numpy")


def test_a_hidden_name_is_listed_with_its_course(two):
    names = Plugins(course=two).registry.names("function")
    assert {"above", "below", "both", "near/both"} <= set(names)


def test_a_backend_of_the_public_course_offers_nothing_for_namesakes(write):
    course = write("mine", 'name = "mine"\n', "lstm")
    assert not Plugins(course=course).registry.offers("lstm", "torch")
    based = write("based", 'name = "based"\nbase = "cs224n"\n', "lstm")
    registry = Plugins(course=based).registry
    assert registry.offers("gru", "torch") and registry.offers("cs224n/lstm", "torch")
    assert not registry.offers("lstm", "torch")


def test_a_course_cannot_be_its_own_base(write):
    write("one", 'name = "one"\nbase = "../two"\n', "a")
    two = write("two", 'name = "two"\nbase = "../one"\n', "b")
    with pytest.raises(UsageError, match="base leads back to"):
        lineage(two)


@pytest.mark.parametrize(
    ("base", "told"),
    [
        ("nowhere", "no course 'nowhere'"),
        ("../none", "is missing"),
        ("../bare", "no name"),
    ],
)
def test_a_base_that_cannot_be_used_names_the_file(tmp_path, base, told, write):
    write("bare", "", "a")
    course = write("mine", f'name = "mine"\nbase = "{base}"\n', "b")
    with pytest.raises(BadInputError, match=told) as caught:
        Plugins(course=course)
    assert str(tmp_path / "mine/exercises/course.toml") in str(caught.value)


def plugin(folder: Path, name: str, *roots: object) -> str:
    """Write a plugin that offers the courses at `roots`."""
    source = (
        "from framework.hookspecs import hookimpl\n\n\n"
        f"@hookimpl\ndef register_courses():\n    return {[*map(str, roots)]!r}\n"
    )
    (folder / f"{name}.py").write_text(source, "utf-8")
    return str(folder / f"{name}.py")


def test_a_course_of_a_plugin_is_found_by_its_name(tmp_path, write):
    write("folder", 'name = "geometry"\n', "a")
    offering = plugin(tmp_path, "offering", tmp_path / "folder")
    assert named_course_folder(Path("geometry"), [offering]) == tmp_path / "folder"
    with pytest.raises(UnknownNameError, match="did you mean 'geometry'"):
        named_course_folder(Path("geometri"), [offering])


def test_a_folder_comes_before_a_name(tmp_path, monkeypatch, write):
    monkeypatch.chdir(tmp_path)
    write("cs224n", 'name = "own"\n', "a")
    assert named_course_folder(Path("cs224n")) == Path("cs224n")


def test_two_courses_of_one_name_are_an_error_that_names_both_owners(tmp_path, write):
    for folder in ("one", "other"):
        write(folder, 'name = "geometry"\n', "a")
    options = [plugin(tmp_path, f"p_{name}", tmp_path / name) for name in ("one", "other")]
    with pytest.raises(ConflictError, match="p_one and p_other both offer the course 'geometry'"):
        _ = Plugins(options, Catalogue(tmp_path)).courses


@pytest.mark.parametrize(
    ("offered", "told"),
    [
        ("[3]", "a course is a folder, not 3"),
        ("['none']", "is no course"),
        ("'x'", "must return"),
        ("['bare']", "has no name"),
    ],
)
def test_what_is_no_course_names_the_plugin(tmp_path, offered, told, write, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("bare", "", "a")
    head = "from framework.hookspecs import hookimpl\n\n\n@hookimpl\ndef register_courses():\n"
    source = f"{head}    return {offered}\n"
    (tmp_path / "broken.py").write_text(source, "utf-8")
    with pytest.raises(PluginError, match=told) as caught:
        _ = Plugins([str(tmp_path / "broken.py")], Catalogue(tmp_path)).courses
    assert "plugin broken: hook 'register_courses'" in str(caught.value)
