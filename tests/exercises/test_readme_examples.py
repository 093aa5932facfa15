"""The examples in the exercises' READMEs run where a student pastes them, and print what they show.

Each runs in an interpreter of its own, in the exercise's folder, on the names of the student's
file. The folder is that of a student who has finished everything.
"""

import pytest
from programs import completed_python

from autograder.course.reading import find_course

COURSE = find_course()
EXERCISES = COURSE.code_exercises
#: These show their numbers in prose and formulas, which tests of their own hold against the code.
IN_PROSE = {"rnn_lm"}

#: What a student does: import everything from the own file, then paste the examples.
PASTED = """
import doctest, re, sys
from pathlib import Path

from {exercise} import *

blocks = re.findall(r"```python\\n(.*?)```", Path("README.md").read_text("utf-8"), re.DOTALL)
examples = doctest.DocTestParser().get_doctest("\\n".join(blocks), globals(), "README", None, 0)
result = doctest.DocTestRunner(verbose=False).run(examples)
sys.exit(result.failed or not result.attempted)
"""


def ids(exercise):
    return exercise.name


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The folder of a student who has finished everything: exercises, with the solutions' code."""
    root = tmp_path_factory.mktemp("finished")
    (root / "exercises").mkdir()
    (root / "exercises/course.toml").write_bytes(
        (COURSE.root / "exercises/course.toml").read_bytes()
    )
    for exercise in COURSE.select():
        folder = root / "exercises" / exercise.unit / exercise.name
        folder.mkdir(parents=True)
        for file in (exercise.toml, exercise.readme, exercise.solution):
            (folder / file.name).write_bytes(file.read_bytes())
    return root / "exercises"


@pytest.mark.parametrize(
    "exercise", [one for one in EXERCISES if one.name not in IN_PROSE], ids=ids
)
def test_examples_run_and_print_what_they_show(exercise, finished):
    folder = finished / exercise.unit / exercise.name
    code = PASTED.format(exercise=exercise.name)
    done = completed_python("-c", code, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
