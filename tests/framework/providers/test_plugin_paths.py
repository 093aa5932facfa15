"""Plugins given by path: a file, a package, or a project that is not installed."""

import json
import sys

import pytest

from framework.errors import BadInputError, ConflictError, PluginError, UsageError
from framework.providers.loaded_plugins import Plugins

OFFER = """
from framework.hookspecs import hookimpl
from framework.providers.registry import Implementation

@hookimpl
def register_implementations():
    return [Implementation("optimizer", "sgd", "here", f"{__name__}.inner:SGD")]
"""

ENTRY = '[project.entry-points.gradus]\n"week-3" = "{module}"\n'


def package(folder):
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(OFFER)
    (folder / "inner.py").write_text("class SGD:\n    def step(self, parameters, gradients): pass")


@pytest.mark.parametrize("inside", ["week_3", "src/week_3"])
def test_a_project_says_which_package_is_its_plugin(tmp_path, inside):
    project = tmp_path / "some folder"
    package(project / inside)
    package(project / "another")
    (project / "pyproject.toml").write_text(ENTRY.format(module="week_3"))
    plugins = Plugins(options=[str(project)])
    assert plugins.sources[-1].name == "week-3"
    assert plugins.registry.get("sgd", "here").__module__ == "week_3.inner"


def test_the_plugin_may_be_a_module_deeper_in_the_package(tmp_path):
    package(tmp_path / "project" / "lions")
    (tmp_path / "project" / "lions" / "plugin.py").write_text(OFFER)
    (tmp_path / "project" / "pyproject.toml").write_text(ENTRY.format(module="lions.plugin"))
    registry = Plugins(options=[str(tmp_path / "project")]).registry
    assert registry.find("sgd", "here").target == "lions.plugin.inner:SGD"


@pytest.mark.parametrize("inside", ["lions", "lions/lions"])
def test_a_package_is_a_plugin_without_a_project_file(tmp_path, inside):
    package(tmp_path / inside)
    plugins = Plugins(options=[str(tmp_path / "lions")])
    assert plugins.sources[-1].name == "lions"
    assert plugins.registry.get("sgd", "here").__module__ == "lions.inner"


TWO = '[project.entry-points.gradus]\na = "a"\nb = "b"\n'


@pytest.mark.parametrize(
    ("file", "text", "asked", "error", "said"),
    [
        ("a.txt", "", ".", UsageError, r"no plugin at .*: expected a .py file, a package"),
        ("a.txt", "", "absent.py", UsageError, "no plugin at .*: expected a .py file"),
        ("a.txt", "", "a/b", UsageError, "no plugin at .*: expected a .py file"),
        ("pyproject.toml", TWO, ".", UsageError, "has 2 plugins"),
        ("pyproject.toml", "[project", ".", BadInputError, "pyproject.toml cannot be read"),
        ("json.py", "x = 1", "json.py", ConflictError, "would hide the module 'json'"),
        ("lion.py", "1 / 0", "lion.py", PluginError, "ZeroDivisionError"),
    ],
)
def test_what_is_no_plugin_is_refused_and_leaves_no_module(
    tmp_path, file, text, asked, error, said
):
    (tmp_path / file).write_text(text)
    with pytest.raises(error, match=said):
        Plugins(options=[str(tmp_path / asked)])
    assert sys.modules["json"] is json and "lion" not in sys.modules
