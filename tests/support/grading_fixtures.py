"""A tiny course of two exercises in two units, with everything that a real one has."""

import json
from pathlib import Path

import pytest

from autograder.course.reading import Course, find_course

__all__ = [
    "answers",
    "asked_course",
    "course_root",
    "grade_asked",
    "graded",
    "make_notebook",
    "real_course",
    "real_solution",
    "right_answers",
    "solved",
    "tiny_course",
]

SIGMOID_SOLUTION = '''"""Squashing functions."""

from __future__ import annotations

import numpy as np

SCALE = 1.0


class Sigmoid:
    """σ(z)."""

    def forward(self, z):
        """Return σ(z)."""
        # BEGIN SOLUTION: compute σ(z), and keep it
        self.y = _stable(z)
        return self.y
        # END SOLUTION

    def backward(self, grad_output):
        """Return grad_output ∘ σ'(z)."""
        # BEGIN SOLUTION
        return grad_output * self.y * (1 - self.y)
        # END SOLUTION


# BEGIN SOLUTION
def _stable(z):
    return SCALE / (1 + np.exp(-z))


# END SOLUTION


def double(x):
    """Return 2x."""
    # BEGIN SOLUTION
    return 2 * x
    # END SOLUTION
'''

TOTAL_SOLUTION = '''"""Sums."""


def total(values):
    """Return the sum."""
    # BEGIN SOLUTION
    return sum(values)
    # END SOLUTION
'''

COURSE = """
[[units]]
name = "first_unit"
title = "The first unit"
exercises = ["squash"]

[[units]]
name = "second_unit"
title = "The second unit"
exercises = ["sums"]
"""

SQUASH = """
title = "Squashing"
lecture = "notes, section 1"
points = 5
hints = ["a nudge", "a push [with brackets]", "nearly the answer"]

[time]
call = 1
total = 10

[thresholds]
loss = 0.5

[train]
model = "squash_lm"
defaults = { hidden_size = 8 }

[[tasks]]
name = "Sigmoid"
kind = "model"

[[tasks]]
name = "double"
kind = "function"
"""

SUMS = """
title = "Sums"
lecture = "lecture 2"
points = 1
requires = ["squash"]
hints = ["add"]

[time]
call = 1.5
total = 2

[[tasks]]
name = "total"
kind = "function"
"""


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return file


@pytest.fixture
def course_root(tmp_path: Path) -> Path:
    """The folder of the tiny course; its stubs are not there yet."""
    root = tmp_path / "course"
    write(root / "exercises/course.toml", COURSE)
    write(root / "exercises/first_unit/squash/exercise.toml", SQUASH)
    write(root / "exercises/first_unit/squash/README.md", README)
    write(root / "exercises/second_unit/sums/exercise.toml", SUMS)
    write(root / "solutions/first_unit/squash/squash.py", SIGMOID_SOLUTION)
    write(root / "solutions/second_unit/sums/sums.py", TOTAL_SOLUTION)
    return root


@pytest.fixture
def tiny_course(course_root: Path) -> Course:
    return find_course(course_root)


README = """# Squashing

Why we squash.

## The *equation*

```python
## not a heading
```

## What to write

Two tasks.
"""


def notebook_of(*cells: str, name: str = "", minor: int = 5) -> bytes:
    """A notebook whose cells are `cells`, those that start with # and a space being text."""
    body = [
        {"cell_type": "markdown", "metadata": {}, "source": cell}
        if cell.startswith("# ")
        else {"cell_type": "code", "source": cell.splitlines(keepends=True), "outputs": []}
        for cell in cells
    ]
    metadata = {"gradus": {"exercise": name}} if name else {}
    return json.dumps(
        {"cells": body, "metadata": metadata, "nbformat": 4, "nbformat_minor": minor}
    ).encode()


@pytest.fixture
def make_notebook():
    return notebook_of


@pytest.fixture
def solved():
    """The tiny course's answers, by exercise."""
    return {"squash": SIGMOID_SOLUTION, "sums": TOTAL_SOLUTION}


class Silence:
    """Listens to a grading without a word."""

    def check_done(self, exercise, result):
        pass

    def exercise_done(self, result):
        pass


@pytest.fixture(scope="session")
def real_course() -> Course:
    """The course of this repository."""
    return find_course(Path(__file__))


@pytest.fixture(scope="session")
def real_solution(real_course: Course):
    """`real_solution("rnn")`: the text of the solution of one exercise."""
    return lambda name: real_course.exercise(name).solution.read_text("utf-8")


@pytest.fixture
def graded(real_course: Course, tmp_path: Path):
    """`graded({"rnn": text}, "rnn", backend=...)`: the report on a submission of these files."""
    from autograder.grading.request import GradeRequest, answer
    from autograder.grading.setting import GradeOptions, GradingSetting
    from autograder.sandbox.runners import choose
    from autograder.submissions.submission import load_submission
    from framework.providers.plugins import Plugins

    def graded(files, *names, jobs=1, listener=None, sandbox="process", **setting):
        folder = tmp_path / "handed_in"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            write(folder / f"{name}.py", text)
        made = GradingSetting(real_course, Plugins(), choose(sandbox), GradeOptions(**setting))
        exercises = tuple(real_course.select(names or files))
        with load_submission(folder, real_course) as submission:
            return answer(GradeRequest(made, submission, exercises, jobs, listener or Silence()))

    return graded


QUESTIONS_TOML = """
title = "Asked"
lecture = "lecture 3"
points = 9

[[questions]]
id = "half"
kind = "number"
points = 2
tolerance = 0.01
units = { m = 1.0, cm = 0.01 }
hint = "Half of one."

[[questions]]
id = "square"
kind = "formula"
points = 2
variables = { x = [-2.0, 2.0] }
hint = "Twice."

[[questions]]
id = "letter"
kind = "choice"
points = 2
options = ["a", "b"]
hint = "Not the first."

[[questions]]
id = "why"
kind = "prose"
points = 3
hint = "Begin with a reason."
"""

QUESTIONS_SOURCE = """# Asked

<!-- exercise: asked -->

## half: How long is half a metre?

In m.

### Answer

<!-- BEGIN SOLUTION -->
0.5 m
<!-- END SOLUTION -->

## square: What is the slope of x²?

A formula in x.

### Answer

<!-- BEGIN SOLUTION -->
2*x

The power rule.
<!-- END SOLUTION -->

## letter: Which letter?

- a) the first
- b) the second

### Answer

<!-- BEGIN SOLUTION -->
b
<!-- END SOLUTION -->

## why: Why?

### Answer

<!-- BEGIN SOLUTION -->
The secret reason.

### Rubric

- 3 points: the hidden rubric
<!-- END SOLUTION -->
"""

QUESTION_MISTAKES = """
[[mistakes]]
id = "factor-left-out"
question = "square"
answer = "x"
sentence = "This is the answer with the factor 2 left out."
hint = "Differentiate x·x."
"""


@pytest.fixture
def asked_course(course_root: Path) -> Course:
    """The tiny course with a third exercise, `asked`, of written questions, and its stubs."""
    from plugins.authoring.stub_files import write_stubs

    listed = COURSE.replace('["sums"]', '["sums", "asked"]')
    write(course_root / "exercises/course.toml", listed)
    write(course_root / "exercises/second_unit/asked/exercise.toml", QUESTIONS_TOML)
    write(course_root / "exercises/second_unit/asked/README.md", "# Asked\n\nFour questions.\n")
    write(course_root / "solutions/second_unit/asked/questions.md", QUESTIONS_SOURCE)
    write(course_root / "solutions/second_unit/asked/mistakes.toml", QUESTION_MISTAKES)
    course = find_course(course_root)
    write_stubs(course)
    return course


@pytest.fixture
def answers():
    """`answers(half="1", why="...")`: the text of a ``questions.md`` with these answers."""

    def text(**given):
        parts = [f"## {name}: title\n\n### Answer\n\n{answer}\n" for name, answer in given.items()]
        return "<!-- exercise: asked -->\n\n" + "\n".join(parts)

    return text


RIGHT = {"half": "50 cm", "square": "x + x", "letter": "b)", "why": "Because <b>I</b> say so."}


@pytest.fixture
def right_answers():
    return dict(RIGHT)


@pytest.fixture
def grade_asked(asked_course, tmp_path):
    """`grade_asked(text)`: the report on a submission with this ``questions.md``."""
    from autograder.grading.request import GradeRequest, answer
    from autograder.grading.setting import GradeOptions, GradingSetting
    from autograder.sandbox.runners import choose
    from autograder.submissions.submission import load_submission
    from framework.providers.plugins import Plugins

    def grade(text, *, name="questions.md", provider=""):
        folder = tmp_path / "ann"
        (folder / "asked").mkdir(parents=True, exist_ok=True)
        data = text if isinstance(text, bytes) else text.encode()
        (folder / "asked" / name).write_bytes(data)
        setting = GradingSetting(
            asked_course,
            Plugins(course=asked_course),
            choose("process"),
            GradeOptions(provider=provider),
        )
        exercises = (asked_course.exercise("asked"),)
        with load_submission(folder, asked_course) as submission:
            handed_in = None if provider else submission
            return answer(GradeRequest(setting, handed_in, exercises, 1, Silence()))

    return grade
