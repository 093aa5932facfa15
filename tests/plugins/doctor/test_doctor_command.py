"""`gradus doctor`: the report, and its exit code."""

import pytest
from gradus_command import invoked

from framework.cli import app


@pytest.fixture
def doctor(course_root, monkeypatch):
    """Run the command in the tiny course: (exit code, output)."""
    monkeypatch.chdir(course_root)

    def run(*arguments):
        return invoked(app, "doctor", *arguments)

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
