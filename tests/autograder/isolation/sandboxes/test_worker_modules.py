"""The modules that a worker has: what stubs and the worker import, and nothing else of gradus."""

from __future__ import annotations

import ast
import importlib.util
import os
import py_compile
import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from autograder.isolation.sandboxes.graded_imports import FRAMEWORK
from autograder.isolation.sandboxes.worker_modules import (
    FRAMEWORK_MODULES,
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
    own = {"autograder.isolation.wire"}
    for package in ("worker", "confine"):
        own |= graph.find_descendants(f"autograder.isolation.{package}")
    direct = set().union(*map(graph.find_modules_directly_imported_by, own))
    return {name for name in direct if name.startswith("framework")}


def test_the_listed_modules_are_those_behind_the_stubs_and_the_worker():
    needed = framework_modules([*FRAMEWORK, *imported_by_the_worker()])
    assert list(FRAMEWORK_MODULES) == needed


def test_none_of_them_measures_differentiates_or_trains():
    above = {name.split(".")[1] for name in FRAMEWORK_MODULES if "." in name}
    assert above == {
        *("arrays", "data", "errors", "interfaces", "kinds", "models", "text_files"),
    }


def test_the_folder_holds_these_and_no_others(modules):
    found = {path.relative_to(modules).as_posix() for path in modules.rglob("*.py")}
    names = {name.removesuffix("/__init__.py").removesuffix(".py") for name in found}
    framework = {name.replace("/", ".") for name in names if name.startswith("framework")}
    assert framework == set(FRAMEWORK_MODULES)
    allowed = ("isolation/worker", "isolation/confine", "isolation/wire", "isolation")
    others = {name.removeprefix("autograder/") for name in names - {"autograder"}}
    assert all(name.startswith((*allowed, "framework")) for name in others)
    assert not [name for name in names if "host" in name or "sandboxes" in name]


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
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert int(done.stdout or 0) > 100, done.stderr


def test_compiled_forms_come_along_and_are_valid(tmp_path, monkeypatch):
    source = tmp_path / "made_arrays.py"
    source.write_text("import numpy\n")
    compiled = Path(py_compile.compile(str(source), doraise=True))
    monkeypatch.syspath_prepend(str(tmp_path))
    copy_worker_modules(tmp_path / "modules", arrays="made_arrays")
    copy = tmp_path / "modules" / "made_arrays.py"
    assert copy.stat().st_mtime_ns == source.stat().st_mtime_ns
    assert (copy.parent / "__pycache__" / compiled.name).read_bytes() == compiled.read_bytes()


def without_compiled(modules):
    forms = {path.name.split(".")[0] for path in modules.rglob("__pycache__/*.pyc")}
    return [path.name for path in modules.rglob("*.py") if path.stem not in forms]


@pytest.fixture
def nothing_is_compiled(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "compiled"))


@pytest.mark.usefixtures("nothing_is_compiled")
def test_what_only_workers_import_is_compiled_once(tmp_path):
    copy_worker_modules(tmp_path / "modules")
    assert not without_compiled(tmp_path / "modules")
    made = {path: path.stat().st_mtime_ns for path in (tmp_path / "compiled").rglob("*.pyc")}
    assert len(made) > 40
    copy_worker_modules(tmp_path / "again")
    assert {path: path.stat().st_mtime_ns for path in made} == made


@pytest.mark.usefixtures("nothing_is_compiled")
def test_compiled_forms_may_be_kept_in_a_folder_relative_to_the_working_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "pycache_prefix", "compiled")
    copy_worker_modules(tmp_path / "modules")
    assert not without_compiled(tmp_path / "modules")


@pytest.mark.usefixtures("nothing_is_compiled")
def test_a_place_that_cannot_be_looked_at_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / ("x" * 300)))
    copy_worker_modules(tmp_path / "modules")
    assert list((tmp_path / "modules").rglob("serving.py"))
    assert not list(tmp_path.rglob("*.pyc"))


@pytest.mark.usefixtures("nothing_is_compiled")
def test_what_is_no_compiled_form_is_left_out(tmp_path, monkeypatch):
    source = tmp_path / "made_arrays.py"
    source.write_text("import numpy\n")
    folder = Path(importlib.util.cache_from_source(str(source)))
    folder.mkdir(parents=True)
    monkeypatch.syspath_prepend(str(tmp_path))
    copy_worker_modules(tmp_path / "modules", arrays="made_arrays")
    assert (tmp_path / "modules" / "made_arrays.py").is_file()
    assert folder.name not in {path.name for path in (tmp_path / "modules").rglob("*.pyc")}


@pytest.mark.usefixtures("nothing_is_compiled")
def test_a_compiled_form_that_may_not_be_read_is_left_out(tmp_path, monkeypatch):
    def refuse(source, target):
        if str(source).endswith(".pyc"):
            raise PermissionError(source)
        return copy(source, target)

    copy = shutil.copy2
    monkeypatch.setattr("os.link", refuse)
    monkeypatch.setattr("shutil.copy2", refuse)
    copy_worker_modules(tmp_path / "modules")
    assert list((tmp_path / "modules").rglob("serving.py"))
    assert not list((tmp_path / "modules").rglob("*.pyc"))


@pytest.mark.usefixtures("nothing_is_compiled")
def test_what_was_written_since_is_compiled_again(tmp_path, monkeypatch):
    source = tmp_path / "made_arrays.py"
    source.write_text("import numpy\n")
    compiled = Path(py_compile.compile(str(source), doraise=True))
    source.write_text("import numpy\nname = 1\n")
    later = compiled.stat().st_mtime_ns + 10**9
    os.utime(source, ns=(later, later))
    monkeypatch.syspath_prepend(str(tmp_path))
    copy_worker_modules(tmp_path / "modules", arrays="made_arrays")
    copy = tmp_path / "modules" / "__pycache__" / compiled.name
    assert b"name" in copy.read_bytes()


@pytest.mark.usefixtures("nothing_is_compiled")
@pytest.mark.parametrize("reason", ["it is not asked for", "it cannot be kept"])
def test_nothing_is_compiled_in_vain(tmp_path, monkeypatch, reason):
    if reason == "it cannot be kept":
        monkeypatch.setattr("os.access", lambda path, mode: False)
    else:
        monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr("compileall.compile_file", lambda *args, **options: pytest.fail("compiled"))
    copy_worker_modules(tmp_path / "modules")
    assert not list(tmp_path.rglob("*.pyc"))


def test_an_added_module_comes_with_all_that_it_imports(tmp_path):
    copy_worker_modules(tmp_path / "modules", ["framework.evaluation.metrics"])
    metrics = tmp_path / "modules" / "framework" / "evaluation" / "metrics.py"
    for node in ast.walk(ast.parse(metrics.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("framework."):
            path = tmp_path / "modules" / node.module.replace(".", "/")
            assert path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def test_the_arrays_of_a_backend_come_without_the_plugin_around_them(tmp_path):
    pytest.importorskip("torch")
    copy_worker_modules(tmp_path / "modules", arrays="plugins.torch_backend.arrays")
    plugins = tmp_path / "modules" / "plugins"
    assert [path.name for path in plugins.rglob("*.py")] == ["arrays.py"]
    assert third_party_imports("plugins.torch_backend.arrays") == ["numpy", "torch"]


def test_arrays_without_a_file_are_an_error():
    with pytest.raises(PluginError, match="the arrays of a backend, sys, have no file"):
        third_party_imports("sys")
