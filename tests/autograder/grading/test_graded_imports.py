"""What graded code imports: refused for its own exercise alone, and added by a course."""

import json
import shutil

import pytest
from grading import setting_of
from repository import ROOT

from autograder.course.reading import Course
from autograder.grading.grader import Grader
from autograder.submissions.submission import load_submission
from framework.errors import BadInputError

HOSTILE = ROOT / "tests" / "data" / "hostile" / "course"
SOLUTIONS = {
    name: (HOSTILE / "solutions" / "unit" / name / f"{name}.py").read_text("utf-8")
    for name in ("target", "neighbour")
}


@pytest.fixture
def grade(tmp_path):
    """`grade(files, course_toml=..., exercise_toml=...)`: the verdict of each exercise."""

    def grade(files, course_toml="", exercise_toml=""):
        root = tmp_path / "course"
        shutil.copytree(HOSTILE, root)
        toml = root / "exercises" / "course.toml"
        toml.write_text(course_toml + toml.read_text("utf-8"), "utf-8")
        toml = root / "exercises" / "unit" / "target" / "exercise.toml"
        toml.write_text(exercise_toml + toml.read_text("utf-8"), "utf-8")
        handed_in = tmp_path / "handed_in"
        handed_in.mkdir()
        for name, text in files.items():
            (handed_in / name).write_text(text, "utf-8")
        course = Course.read(root)
        with load_submission(handed_in, course) as submission:
            setting = setting_of(course)
            grader = Grader(setting, submission)
            results = [grader.grade(course.exercise(name)) for name in submission.files]
            grader.close()
        return {result.name: (str(result.verdict), result) for result in results}

    return grade


def notebook(*cells):
    code = [{"cell_type": "code", "source": cell, "outputs": [], "metadata": {}} for cell in cells]
    return json.dumps({"cells": code, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_a_refused_import_fails_its_own_exercise_alone(grade):
    target = "import pytest\n" + SOLUTIONS["target"]
    graded = grade({"target.py": target, "neighbour.py": SOLUTIONS["neighbour"]})
    assert graded["neighbour"][0] == "passed"
    verdict, result = graded["target"]
    assert (verdict, result.earned) == ("crashed", 0)
    assert "not available to graded code: pytest (allowed: " in result.checks[0].message
    assert result.checks[0].frames[-1].line == 1


def test_imports_of_cells_that_are_not_graded_do_no_harm(grade):
    scratch = "import pytest\nfrom framework.evaluation.metrics import perplexity\npytest.main"
    text = notebook("import pytest as checker", SOLUTIONS["target"], scratch)
    assert grade({"target.ipynb": text})["target"][0] == "passed"


def test_a_cell_that_is_graded_may_not_use_them(grade):
    body = SOLUTIONS["target"].replace("np.sqrt(x**2 + 1)", "pytest.approx(x)")
    verdict, result = grade({"target.ipynb": notebook("import pytest", body)})["target"]
    assert verdict == "crashed"
    assert "not available to graded code: pytest" in result.checks[0].message


USES = "import pluggy\nfrom framework.data.batching import pad\n" + SOLUTIONS["target"]
ADDED = 'packages = ["pluggy", "framework.data.batching"]\n'


@pytest.mark.parametrize("where", ["course_toml", "exercise_toml"])
def test_a_course_or_an_exercise_adds_packages(grade, where):
    assert grade({"target.py": USES}, **{where: ADDED})["target"][0] == "passed"


def test_what_an_exercise_adds_is_not_there_for_others(grade):
    neighbour = "import pluggy\n" + SOLUTIONS["neighbour"]
    graded = grade({"target.py": USES, "neighbour.py": neighbour}, exercise_toml=ADDED)
    assert graded["target"][0] == "passed"
    assert graded["neighbour"][0] == "crashed"


@pytest.mark.parametrize("name", ["not-a-name", "numpy.linalg", "", "framework.a-b"])
def test_a_name_that_cannot_be_imported_is_an_error_of_the_course(grade, name):
    with pytest.raises(BadInputError, match=r"course\.toml:\d+: packages names "):
        grade({"target.py": USES}, course_toml=f'packages = ["{name}"]\n')


def test_matplotlib_can_be_imported_and_draws(grade):
    pytest.importorskip("matplotlib")
    lines = [
        "import matplotlib.pyplot as plt",
        "figure, axes = plt.subplots()",
        "axes.plot([1, 2])",
        "figure.savefig('figure.png')",
    ]
    graded = grade({"target.py": "\n".join([*lines, SOLUTIONS["target"]])})
    assert graded["target"][0] == "passed", graded["target"][1].checks[0].message
