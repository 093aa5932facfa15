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


def last(*options):
    return Plugins(options=[str(option) for option in options]).sources[-1]


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


def test_where_nothing_is_the_error_says_what_was_expected(tmp_path):
    for path in (tmp_path, tmp_path / "absent.py", tmp_path / "a" / "b"):
        with pytest.raises(UsageError, match=r"no plugin at .*: expected a .py file, a package"):
            last(path)


def test_a_project_of_two_plugins_is_not_guessed_at(tmp_path):
    file = tmp_path / "pyproject.toml"
    file.write_text('[project.entry-points.gradus]\na = "a"\nb = "b"\n')
    with pytest.raises(UsageError, match="has 2 plugins"):
        last(tmp_path)
    file.write_text("[project")
    with pytest.raises(BadInputError, match=r"pyproject.toml cannot be read"):
        last(tmp_path)


def test_no_installed_module_is_hidden(tmp_path):
    (tmp_path / "json.py").write_text("x = 1")
    with pytest.raises(ConflictError, match="would hide the module 'json'"):
        last(tmp_path / "json.py")
    assert sys.modules["json"] is json


def test_what_fails_to_import_leaves_no_module_behind(tmp_path):
    (tmp_path / "lion.py").write_text("1 / 0")
    with pytest.raises(PluginError, match="ZeroDivisionError"):
        last(tmp_path / "lion.py")
    assert "lion" not in sys.modules
