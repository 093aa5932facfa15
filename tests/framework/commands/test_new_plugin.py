"""`gradus new plugin` writes a plugin that works."""

from __future__ import annotations

import subprocess
import sys

import pytest

from framework.commands.new import write_plugin
from framework.errors import BadInputError, ConflictError
from framework.plugins import Plugins


def test_the_new_plugin_offers_its_optimizers(tmp_path):
    write_plugin("week-3", tmp_path / "week-3")
    registry = Plugins(options=[str(tmp_path / "week-3")]).registry
    nesterov = registry.get("nesterov", "week-3", kind="optimizer")
    assert nesterov(0.1).mu == 0.9


def test_its_own_test_passes(tmp_path):
    write_plugin("week3", tmp_path / "week3")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "--rootdir=.", "-c", "pyproject.toml", "--import-mode=importlib", "tests"],
        cwd=tmp_path / "week3",
        env={"PYTHONPATH": ".", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "3 passed" in done.stdout, done.stdout + done.stderr


def test_the_course_grades_it(tmp_path):
    write_plugin("week3", tmp_path / "week3")
    grade = [sys.executable, "-c", "from autograder.cli import main; main()"]
    order = ["optimizers", "--provider", "week3", "--plugin", str(tmp_path / "week3")]
    done = subprocess.run([*grade, *order], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed   Momentum" in done.stdout
    assert "'week3' offers no SGD" in done.stdout


@pytest.mark.parametrize("name", ["Week3", "3weeks", "week 3", "../week", "", "week-"])
def test_names_that_cannot_be_installed_are_refused(tmp_path, name):
    with pytest.raises(BadInputError, match="cannot name a plugin"):
        write_plugin(name, tmp_path / "out")


def test_nothing_is_overwritten_and_no_provider_is_taken(tmp_path):
    with pytest.raises(ConflictError, match="exists"):
        write_plugin("week3", tmp_path)
    with pytest.raises(ConflictError, match="built in"):
        write_plugin("torch", tmp_path / "torch")


@pytest.mark.slow
def test_installed_with_pip_it_is_found(tmp_path):
    write_plugin("week3", tmp_path / "week3")
    site = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site)]
    subprocess.run([*pip, str(tmp_path / "week3")], check=True)
    code = f"import sys; sys.path.insert(0, {str(site)!r})\nfrom framework.cli import main\nmain()"
    command = [sys.executable, "-c", code, "plugins"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "week3 (week3 0.1.0)  entry point" in done.stdout
