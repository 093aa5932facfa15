"""Stubs hold no answers."""

from pathlib import Path

import pytest
from repository import text_of

from autograder.course.generated_stubs import (
    available_stub,
    generate_stub,
)
from framework.errors import BadInputError

FILE = Path("solutions/u/x/x.py")

SQUASH_STUB = text_of("courses/squash_stub.py")


def test_regions_become_todo_and_raise(tiny_course):
    assert available_stub(tiny_course.exercise("squash")) == SQUASH_STUB


def test_regions_keep_their_indentation_deep_inside():
    solution = (
        "def f(x):\n    for i in x:\n        # BEGIN SOLUTION: add\n        x += i\n"
        "        # END SOLUTION\n    return x\n"
    )
    assert generate_stub(solution, FILE) == (
        "def f(x):\n    for i in x:\n        # TODO: add\n        raise NotImplementedError\n"
        "    return x\n"
    )


def test_regions_outside_of_functions_never_raise_at_import():
    solution = (
        "class A:\n    # BEGIN SOLUTION: write forward\n    def forward(self):\n"
        "        return 1\n    # END SOLUTION\n\n    b = 2\n\n\n"
        "# BEGIN SOLUTION\nimport math\n# END SOLUTION\n"
    )
    assert generate_stub(solution, FILE) == "class A:\n    # TODO: write forward\n\n    b = 2\n"


@pytest.mark.parametrize(
    ("solution", "line", "problem"),
    [
        ("def f():\n    # BEGIN SOLUTION\n    pass\n", 2, "BEGIN SOLUTION without END"),
        ("def f():\n    pass\n    # END SOLUTION\n", 3, "END SOLUTION without BEGIN"),
        (
            "def f():\n    # BEGIN SOLUTION\n    x = 1\n    # BEGIN SOLUTION\n    # END SOLUTION\n",
            4,
            "inside the region of line 2",
        ),
        ("def f():\n    # BEGIN SOLUTION\n    x = 1\n# END SOLUTION\n", 4, "not indented like"),
        ("def f():\n    #BEGIN SOLUTION\n    x = 1\n    # END SOLUTION\n", 2, "only a mark"),
        ("def f():\n    x = 1  # END SOLUTION\n", 2, "only a mark"),
        ("def f():\n    # begin solution\n    x = 1\n    # END SOLUTION\n", 2, "only a mark"),
        ("def f():\n    # BEGIN SOLUTION\n    # why\n    # END SOLUTION\n    pass", 2, "no code"),
        ("class A:\n    # BEGIN SOLUTION\n    x = 1\n    # END SOLUTION\n", 1, "its stub"),
        ("def f(:\n", 1, "cannot parse the solution"),
    ],
)
def test_malformed_regions_name_file_and_line(solution, line, problem):
    with pytest.raises(BadInputError, match=rf"x\.py:{line}: .*{problem}"):
        generate_stub(solution, FILE)


def test_without_solutions_the_shipped_stub_is_known(tiny_course, monkeypatch, tmp_path):
    exercise = tiny_course.exercise("squash")
    exercise.solution.unlink()
    assert available_stub(exercise) is None
    shipped = tmp_path / "first_unit/squash"
    shipped.mkdir(parents=True)
    monkeypatch.setattr("autograder.course.generated_stubs.SHIPPED", tmp_path)
    (shipped / "squash.py").write_text(SQUASH_STUB, "utf-8")
    (shipped / "exercise.toml").write_bytes(exercise.toml.read_bytes())
    assert available_stub(exercise) == SQUASH_STUB
    (shipped / "exercise.toml").write_text("title = 'Another course'", "utf-8")
    assert available_stub(exercise) is None
