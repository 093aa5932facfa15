"""`gradus doctor`: the report, its exit code, and a bundle that tells nothing private."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from framework.cli import app
from framework.errors import UsageError

PARTS = {"report.txt", "report.json", "log.txt", "packages.txt", "environment.txt"}


@pytest.fixture
def doctor(course_root, monkeypatch):
    """Run the command in the tiny course: (exit code, output)."""
    monkeypatch.chdir(course_root)

    def run(*arguments):
        words = ["doctor", *map(str, arguments)]
        result = CliRunner().invoke(app, words)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    return run


def test_a_sound_installation_is_reported_section_by_section(doctor, course_root):
    code, output = doctor()
    assert code == 0
    titles = ["versions", "sandboxes", "course", "plugins", "folders"]
    assert [line for line in output.splitlines() if line in titles] == titles
    assert f"file                 {course_root}/exercises/course.toml" in output
    assert "numpy_reference      built-in plugins.numpy_reference" in output
    assert output.endswith("No problem found.\n")


def test_a_broken_part_is_a_problem_and_the_rest_is_reported(doctor, course_root):
    toml = next(course_root.glob("exercises/*/*/exercise.toml"))
    toml.write_text("title = 3", "utf-8")
    plugin = course_root / "lions.py"
    plugin.write_text("import nothing_of_that_name", "utf-8")
    code, output = doctor("--plugin", plugin)
    assert code == 1
    assert "2 problems:" in output
    assert f"{toml.parent.name}: {toml}" in output
    assert "plugin lions cannot be loaded: ModuleNotFoundError" in output
    assert f"lions                option {plugin}" in output


def test_a_course_that_cannot_be_read_is_one_problem_of_each_section(doctor, course_root):
    (course_root / "exercises" / "course.toml").write_text("units = [", "utf-8")
    code, output = doctor()
    assert code == 1
    assert "2 problems:" in output
    assert output.count("course.toml cannot be read") == 2
    assert "numpy_reference      built-in plugins.numpy_reference" in output


@pytest.mark.parametrize("name", ["bundle.zip", "new/bundle.txt"])
def test_a_bundle_holds_the_report_and_nothing_private(doctor, course_root, monkeypatch, name):
    monkeypatch.setattr(Path, "home", lambda: course_root.parent)
    for variable, value in {"USER": "wilhelmina", "MY_TOKEN": "abc123", "TERM": "vt100"}.items():
        monkeypatch.setenv(variable, value)
    plugin = course_root / "wilhelmina.py"
    plugin.write_text('raise ValueError("abc123 is my token")', "utf-8")
    _, output = doctor("--bundle", name, "--plugin", plugin)
    assert f"Saved {name}. Read it before you send it." in output
    parts = texts(course_root / name)
    assert set(parts) == PARTS
    whole = "".join(parts.values())
    for private in (str(course_root), str(course_root.parent), "wilhelmina", "abc123", "MY_TOKEN"):
        assert private not in whole
    assert "ValueError: <secret> is my token" in parts["report.txt"]
    assert "TERM=vt100" in parts["environment.txt"]
    assert "INFO gradus.course: read <course>/exercises/course.toml" in parts["log.txt"]
    assert "INFO gradus.plugins: loaded numpy_reference" in parts["log.txt"]
    assert "numpy " in parts["packages.txt"]
    assert json.loads(parts["report.json"])[0]["title"] == "versions"


def texts(path):
    """The parts of a bundle, by name."""
    if path.suffix == ".txt":
        pieces = path.read_text("utf-8").split("== ")[1:]
        return dict(piece.split("\n", 1) for piece in pieces)
    with zipfile.ZipFile(path) as bundle:
        return {name: bundle.read(name).decode("utf-8") for name in bundle.namelist()}


def test_a_bundle_of_another_kind_is_refused(doctor):
    with pytest.raises(UsageError, match=r"a \.zip or a \.txt file, not 'bundle\.tar'"):
        doctor("--bundle", "bundle.tar")
