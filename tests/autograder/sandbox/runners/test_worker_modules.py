"""What graded code may import, and the modules that a worker has: nothing else of gradus."""

from __future__ import annotations

import ast
import sys
from importlib.util import find_spec
from pathlib import Path

import grimp
import pytest
from programs import completed
from repository import ROOT

from autograder.course.reading import find_course
from autograder.sandbox.runners.worker_modules import (
    EVERYTHING,
    FRAMEWORK,
    PACKAGES,
    GradedImports,
    copy_worker_modules,
    framework_modules,
    third_party_imports,
)
from framework.errors import PluginError


@pytest.fixture
def modules(tmp_path) -> Path:
    copy_worker_modules(tmp_path / "modules")
    return tmp_path / "modules"


def imported_by_the_worker():
    """The modules of `framework` that the worker's own modules import."""
    graph = grimp.build_graph("autograder", "framework", cache_dir=None)
    own = {"autograder.sandbox.wire"}
    for package in ("worker", "confine"):
        own |= graph.find_descendants(f"autograder.sandbox.{package}")
    direct = set().union(*map(graph.find_modules_directly_imported_by, own))
    return {name for name in direct if name.startswith("framework")}


def test_the_folder_holds_what_stubs_and_the_worker_import_and_nothing_else(modules):
    results = {path.relative_to(modules).as_posix() for path in modules.rglob("*.py")}
    names = {name.removesuffix("/__init__.py").removesuffix(".py") for name in results}
    framework = {name.replace("/", ".") for name in names if name.startswith("framework")}
    assert framework == set(framework_modules(*FRAMEWORK, *imported_by_the_worker()))
    above = {name.split(".")[1] for name in framework if "." in name}
    expected = "arrays data errors interfaces kinds model_arrays models text_files"
    assert above == set(expected.split())
    allowed = ("sandbox/worker", "sandbox/confine", "sandbox/wire", "sandbox")
    others = {name.removeprefix("autograder/") for name in names - {"autograder"}}
    assert all(name.startswith((*allowed, "framework")) for name in others)
    assert not [name for name in names if "session" in name or "runners" in name]


def test_every_module_in_it_can_be_imported_from_it_alone(modules):
    code = f"""
import sys
sys.path[:] = [{str(modules)!r}, *sys.path]
import importlib, pathlib
for path in pathlib.Path({str(modules)!r}).rglob("*.py"):
    name = ".".join(path.relative_to({str(modules)!r}).with_suffix("").parts)
    module = importlib.import_module(name.removesuffix(".__init__"))
    assert module.__file__.startswith({str(modules)!r}), module
from framework.data.lexicon import mini_lexicon
print(len(mini_lexicon()["synsets"]))
"""
    command = [sys.executable, "-I", "-c", code]
    done = completed(*command)
    assert int(done.stdout or 0) > 100, done.stderr


def test_an_added_module_comes_with_all_that_it_imports(tmp_path):
    copy_worker_modules(tmp_path / "modules", ["framework.evaluation.metrics"])
    for name in framework_modules("framework.evaluation.metrics"):
        location = tmp_path / "modules" / name.replace(".", "/")
        assert location.with_suffix(".py").is_file() or (location / "__init__.py").is_file()


@pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed")
def test_the_arrays_of_a_backend_come_without_the_plugin_around_them(tmp_path):
    copy_worker_modules(tmp_path / "modules", arrays="plugins.torch_backend.arrays")
    plugins = tmp_path / "modules" / "plugins"
    assert [path.name for path in plugins.rglob("*.py")] == ["arrays.py"]
    assert third_party_imports("plugins.torch_backend.arrays") == ["numpy", "torch"]


def test_arrays_without_a_file_are_an_error():
    with pytest.raises(PluginError, match="the arrays of a backend, sys, have no file"):
        third_party_imports("sys")


def imported_by_stubs():
    """Module of `framework` -> the names that stubs import of it."""
    results = {}
    for exercise in find_course(ROOT).code_exercises:
        for node in ast.walk(ast.parse(exercise.stub.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                assert all(not alias.name.startswith("framework") for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module.startswith("framework"):
                results.setdefault(node.module, set()).update(alias.name for alias in node.names)
    return results


def test_the_allowed_names_of_framework_are_those_that_stubs_import():
    assert {module: set(names) for module, names in FRAMEWORK.items()} == imported_by_stubs()


def test_a_course_adds_packages_and_whole_modules_of_framework():
    allowed = GradedImports.with_added(["numpy", "scipy", "framework.data.batching"])
    assert allowed.packages == (*PACKAGES, "scipy")
    assert allowed.framework == {**FRAMEWORK, "framework.data.batching": EVERYTHING}
    assert GradedImports.with_added([]) == GradedImports(PACKAGES, FRAMEWORK)
