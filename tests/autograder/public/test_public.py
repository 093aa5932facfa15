"""The public door: a plugin grades with it alone, and all of it is documented."""

import ast
import csv
import importlib
import inspect

import pytest
from gradus_command import gradus
from repository import ROOT

EXAMPLE = ROOT / "docs" / "examples" / "plugins" / "grade_folder.py"
MODULES = sorted(
    file.stem for file in (ROOT / "autograder/public").glob("*.py") if file.stem != "__init__"
)


def test_a_plugin_grades_a_folder_of_submissions(tmp_path, real_solution, monkeypatch):
    monkeypatch.chdir(ROOT)
    right = real_solution("activations")
    for name, source in {"a": right, "b": right.replace("np.tanh(z)", "np.sin(z)")}.items():
        (tmp_path / "handed in" / name).mkdir(parents=True)
        (tmp_path / "handed in" / name / "activations.py").write_text(source, "utf-8")
    points = tmp_path / "points.csv"
    folder = str(tmp_path / "handed in")
    gradus("--plugin", str(EXAMPLE), "grade-folder", folder, str(points), "activations")
    with points.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["submission", "activations", "total"]
    assert [row[0] for row in rows] == ["a", "b"]
    assert float(rows[0][2]) == 27.0 > float(rows[1][2]) > 0.0


def test_the_plugin_uses_nothing_else_of_the_grader():
    imported = {
        node.module
        for node in ast.walk(ast.parse(EXAMPLE.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module.startswith("autograder")
    }
    assert imported
    assert all(name.startswith("autograder.public.") for name in imported)


@pytest.mark.parametrize("name", MODULES)
def test_what_is_public_is_documented(name):
    module = importlib.import_module(f"autograder.public.{name}")
    offered = vars(module).values()
    described = [value for value in offered if inspect.isclass(value) or inspect.isfunction(value)]
    assert described
    assert [value for value in described if not inspect.getdoc(value)] == []
