"""VS Code's test panel finds every check, and runs checks by the ids that it has collected.

The plugin below does what that of VS Code's Python extension does with pytest: it builds a tree of
folders, files and tests from the collected items, and later runs tests by path and id.
"""

import json
import os
import re
import sys
from pathlib import Path

import pytest
from programs import completed
from repository import text_of

PLUGIN = text_of("plugins/editor_like.py")


@pytest.fixture
def panel(tmp_path):
    """`panel(workspace, *arguments)`: pytest as the editor runs it; what its plugin collected."""
    (tmp_path / "editor_like.py").write_text(PLUGIN, "utf-8")

    def panel(workspace, *arguments):
        out = tmp_path / "told"
        environment = {**os.environ, "PYTHONPATH": str(tmp_path), "TEST_RUN_FILE": str(out)}
        command = [sys.executable, "-m", "pytest", "-p", "editor_like", "-p", "no:cacheprovider"]
        done = completed(
            *command,
            f"--rootdir={workspace}",
            *arguments,
            cwd=workspace,
            env=environment,
            timeout=120,
        )
        return done, out.read_text("utf-8") if out.exists() else done.stdout + done.stderr

    return panel


def checks_in(folder):
    """How many functions of the public checks there are, without their parameters."""
    files = Path(folder).glob("*/*/test_*.py")
    return sum(len(re.findall(r"^def test_", file.read_text("utf-8"), re.M)) for file in files)


def test_every_check_of_the_course_is_found(panel, real_course):
    _, text = panel(real_course.root / "exercises", "--collect-only")
    result = json.loads(text)
    assert result["exitstatus"] == 0
    tests = {(item["path"], item["name"].partition("[")[0]) for item in result["tests"]}
    assert len(tests) == checks_in(real_course.root / "exercises")
    assert len({item["id"] for item in result["tests"]}) == len(result["tests"])


def test_a_check_of_the_panel_is_run_by_its_id(panel, real_course):
    workspace = real_course.root / "exercises"
    name = "neural_networks/activations/test_activations.py::test_relu_forward"
    done, text = panel(workspace, str(workspace / name))
    assert done.returncode == 1
    assert "1 failed" in done.stdout
    assert text.startswith("not written yet\n\ntest_activations.py:")
