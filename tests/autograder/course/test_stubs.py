"""Stubs hold no answers, and writing them loses no edits."""

import ast
from pathlib import Path

import pytest

from autograder.course.stubs import (
    available_stub,
    generate_stub,
    pristine_stub,
    stub_files,
    write_stubs,
)
from framework.errors import BadInputError

FILE = Path("solutions/u/x/x.py")

SQUASH_STUB = '''"""Squashing functions."""

from __future__ import annotations

import numpy as np

SCALE = 1.0


class Sigmoid:
    """σ(z)."""

    def forward(self, z):
        """Return σ(z)."""
        # TODO: compute σ(z), and keep it
        raise NotImplementedError

    def backward(self, grad_output):
        """Return grad_output ∘ σ'(z)."""
        # TODO: your code here
        raise NotImplementedError


def double(x):
    """Return 2x."""
    # TODO: your code here
    raise NotImplementedError
'''


def test_regions_become_todo_and_raise(tiny_course):
    assert pristine_stub(tiny_course.exercise("squash")) == SQUASH_STUB


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


def test_writing_twice_changes_nothing(tiny_course):
    first = write_stubs(tiny_course)
    assert [path.name for path in first.written] == ["squash.py", "sums.py"]
    assert write_stubs(tiny_course).written == ()
    assert not any(stub.drifted for stub in stub_files(tiny_course))


def test_edits_are_kept_and_other_stubs_still_written(tiny_course):
    write_stubs(tiny_course)
    stub = tiny_course.exercise("squash").stub
    stub.write_text("# my work\n")
    tiny_course.exercise("sums").stub.unlink()
    result = write_stubs(tiny_course)
    assert result.kept == (stub,)
    assert [path.name for path in result.written] == ["sums.py"]
    assert stub.read_text() == "# my work\n"


def test_force_overwrites_edits_but_keeps_a_copy(tiny_course):
    write_stubs(tiny_course)
    stub = tiny_course.exercise("squash").stub
    stub.write_bytes(b"# caf\xe9\n")
    result = write_stubs(tiny_course, force=True)
    assert stub.read_text("utf-8") == SQUASH_STUB
    assert [copy.read_bytes() for copy in result.backups] == [b"# caf\xe9\n"]


def test_untouched_stub_follows_its_solution(tiny_course):
    write_stubs(tiny_course)
    exercise = tiny_course.exercise("sums")
    exercise.solution.write_text(exercise.solution.read_text().replace("Sums.", "Totals."))
    assert write_stubs(tiny_course).written == (exercise.stub,)
    assert "Totals." in exercise.stub.read_text()


def test_differing_file_of_unknown_origin_is_kept(tiny_course):
    exercise = tiny_course.exercise("sums")
    exercise.stub.write_text("# whose is this?\n")
    assert write_stubs(tiny_course).kept == (exercise.stub,)


def test_solution_that_the_course_does_not_list_is_an_error(tiny_course, course_root):
    folder = course_root / "solutions/first_unit/lost"
    folder.mkdir()
    (folder / "lost.py").write_text("x = 1\n")
    with pytest.raises(BadInputError, match=r"course\.toml does not list 'lost'"):
        stub_files(tiny_course)


def test_missing_solution_is_an_error(tiny_course):
    tiny_course.exercise("sums").solution.unlink()
    with pytest.raises(BadInputError, match="The stub of 'sums' is made from it"):
        stub_files(tiny_course)


def test_stub_parses(tiny_course):
    for stub in stub_files(tiny_course):
        ast.parse(stub.fresh)


def test_without_solutions_the_shipped_stub_is_known(tiny_course, monkeypatch, tmp_path):
    exercise = tiny_course.exercise("squash")
    exercise.solution.unlink()
    assert available_stub(exercise) is None
    shipped = tmp_path / "first_unit/squash"
    shipped.mkdir(parents=True)
    monkeypatch.setattr("autograder.course.stubs.SHIPPED", tmp_path)
    (shipped / "squash.py").write_text(SQUASH_STUB, "utf-8")
    (shipped / "exercise.toml").write_bytes(exercise.toml.read_bytes())
    assert available_stub(exercise) == SQUASH_STUB
    (shipped / "exercise.toml").write_text("title = 'Another course'", "utf-8")
    assert available_stub(exercise) is None
