"""The rooms: how many modules stand at the top, in one folder, and where their tests stand."""

from __future__ import annotations

import ast
import re

import grimp
import pytest
from repository import ROOT

TOPS = ("framework", "autograder")
PACKAGES = [
    file.parent.relative_to(ROOT)
    for top in (*TOPS, "plugins")
    for file in sorted((ROOT / top).rglob("__init__.py"))
]

#: A command has a module of its own, whatever its length: `gradus` alone uses it.
COMMANDS = ("framework.commands.", "autograder.commands.")

#: The text of all exercises, which use modules of framework too.
EXERCISES = "".join(file.read_text("utf-8") for file in (ROOT / "exercises").glob("*/*/*.py"))


def modules(package):
    return [file for file in (ROOT / package).glob("*.py") if file.name != "__init__.py"]


def is_program(file):
    """Whether Python runs `file`, as it runs the entry of a worker; nothing imports it then."""
    return 'if __name__ == "__main__":' in file.read_text("utf-8")


@pytest.mark.parametrize("top", TOPS)
def test_at_most_twelve_modules_stand_at_the_top(top):
    assert len(modules(top)) <= 12


@pytest.mark.parametrize("package", PACKAGES, ids=str)
def test_a_package_is_one_subject_said_in_its_first_line(package):
    assert ast.get_docstring(ast.parse((ROOT / package / "__init__.py").read_text("utf-8")))
    assert len(modules(package)) <= 15


@pytest.mark.parametrize("package", PACKAGES, ids=str)
def test_a_package_lists_its_modules(package):
    text = ast.get_docstring(ast.parse((ROOT / package / "__init__.py").read_text("utf-8"))) or ""
    _, _, listed = text.partition("\n\n")
    rooms = [file.parent.name for file in (ROOT / package).glob("*/__init__.py")]
    names = [*(file.stem for file in modules(package)), *rooms]
    if len(names) > 5:
        assert [name for name in names if not re.search(rf"\b{name}\b", listed)] == []


@pytest.mark.parametrize("top", TOPS)
def test_a_module_under_25_lines_has_several_users(top):
    graph = grimp.build_graph(top, cache_dir=None)
    small = {
        name: graph.find_modules_that_directly_import(name)
        for package in PACKAGES
        for file in modules(package)
        if len(file.read_text("utf-8").splitlines()) < 25
        and not is_program(file)
        and (name := ".".join(file.relative_to(ROOT).with_suffix("").parts)) in graph.modules
        and not name.startswith(COMMANDS)
        and f"from {name} import" not in EXERCISES
    }
    assert [name for name, users in small.items() if len(users) < 2] == []


@pytest.mark.parametrize("top", TOPS)
def test_the_package_itself_imports_none_of_its_rooms(top):
    graph = grimp.build_graph(top, cache_dir=None)
    assert graph.find_modules_directly_imported_by(top) == set()


@pytest.mark.parametrize("top", (*TOPS, "plugins"))
def test_every_folder_of_tests_stands_where_its_package_stands(top):
    folders = {file.parent for file in (ROOT / "tests" / top).rglob("test_*.py")}
    assert {folder.relative_to(ROOT / "tests") for folder in folders} <= set(PACKAGES)


def test_modules_that_comments_name_exist():
    """Lists of mistakes and other texts name the module that describes their format."""
    pattern = re.compile(r"(?<![\w/.])(?:framework|autograder|plugins)/[\w/]+\.py\b")
    named = {
        (path, str(file.relative_to(ROOT)))
        for top in ("framework", "autograder", "plugins", "exercises", "solutions")
        for file in (ROOT / top).rglob("*")
        if file.suffix in {".py", ".toml", ".md"}
        for path in pattern.findall(file.read_text("utf-8"))
    }
    assert named
    assert [pair for pair in sorted(named) if not (ROOT / pair[0]).exists()] == []
