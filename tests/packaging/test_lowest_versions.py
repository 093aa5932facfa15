"""The second environment of `.ci/run`: every declared lower bound, and torch from the first one."""

import sys
import tomllib

import pytest
from programs import completed
from repository import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def lowest(*arguments, cwd=ROOT):
    command = [sys.executable, str(ROOT / ".ci" / "lowest.py"), *map(str, arguments)]
    return completed(*command, cwd=cwd)


def test_every_dependency_is_tested_at_its_lower_bound():
    done = lowest("constraints")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert {line.replace("==", ">=") for line in lines} >= set(PROJECT["dependencies"])
    assert not any(line.startswith("torch") for line in lines)
    assert any(line.startswith("sqlalchemy==") for line in lines)


def test_a_dependency_without_a_lower_bound_is_refused(tmp_path):
    project = '[project]\ndependencies = ["numpy"]\n[project.optional-dependencies]\n'
    project += "class = []\n"
    (tmp_path / "pyproject.toml").write_text(project, "utf-8")
    done = lowest("constraints", cwd=tmp_path)
    assert done.returncode == 1
    assert "expected NAME>=VERSION, but got 'numpy'" in done.stderr


@pytest.mark.parametrize("present", [False, True])
def test_a_package_is_linked_with_what_it_requires_and_nothing_is_replaced(tmp_path, present):
    if present:
        (tmp_path / "markupsafe-1.0.dist-info").mkdir()
        metadata = "Metadata-Version: 2.1\nName: MarkupSafe\nVersion: 1.0\n"
        (tmp_path / "markupsafe-1.0.dist-info" / "METADATA").write_text(metadata)
    assert lowest("link", "jinja2", tmp_path).returncode == 0
    assert (tmp_path / "jinja2").is_symlink()
    assert (tmp_path / "markupsafe").is_symlink() is not present
