"""The rooms: what belongs in a package, its modules, and where their tests stand."""

import ast
import re
from collections import Counter

import grimp
import pytest
from repository import ROOT

TOPS = ("framework", "autograder")
PACKAGES = [
    file.parent.relative_to(ROOT)
    for top in (*TOPS, "plugins")
    for file in sorted((ROOT / top).rglob("__init__.py"))
]


def modules(package):
    return [file for file in (ROOT / package).glob("*.py") if file.name != "__init__.py"]


@pytest.mark.parametrize("package", PACKAGES, ids=str)
def test_a_package_is_one_subject_said_in_its_first_line(package):
    assert ast.get_docstring(ast.parse((ROOT / package / "__init__.py").read_text("utf-8")))


@pytest.mark.parametrize("package", PACKAGES, ids=str)
def test_a_package_lists_its_modules(package):
    text = ast.get_docstring(ast.parse((ROOT / package / "__init__.py").read_text("utf-8"))) or ""
    _, _, listed = text.partition("\n\n")
    rooms = [file.parent.name for file in (ROOT / package).glob("*/__init__.py")]
    names = [*(file.stem for file in modules(package)), *rooms]
    if len(names) > 5:
        assert [name for name in names if not re.search(rf"\b{name}\b", listed)] == []


def test_a_file_name_has_one_meaning():
    """A command is in a file of its name, and its work may be elsewhere under the same name."""
    files = [
        file
        for package in PACKAGES
        if package.parts[0] in TOPS or {*package.parts} & {"authoring", "classes", "doctor"}
        for file in modules(package)
        if file.parent.name != "commands" and file.name not in ("cli.py", "plugin.py")
    ]
    names = Counter(file.name for file in files)
    assert [name for name, count in names.items() if count > 1] == []


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
