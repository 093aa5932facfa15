"""Points follow effort: the rule of exercises/README.md, compared with the solutions."""

import ast

import pytest

from autograder.course.reading import find_course
from autograder.course.source import find_regions

COURSE = find_course()
#: Points of an exercise for reading and understanding it.
BASE = 10
#: How far an exercise may lie from the rule, so that its checks have whole or quarter points.
ROUNDING = 2
#: How many times the points of another unit a unit may have.
BETWEEN_UNITS = 1.5
#: Units that the README gives a reason for.
SMALLER_FOR_A_REASON = {"word_vectors", "translation", "transformers"}


def written_statements(exercise):
    """Statements inside the gaps of tasks that count, without imports and docstrings."""
    source = exercise.solution_source()
    optional = [
        range(node.lineno, node.end_lineno)
        for node in ast.parse(source).body
        if getattr(node, "name", "") in exercise.optional_tasks
    ]
    gaps = [
        gap
        for gap in find_regions(source.split("\n"), exercise.solution)
        if not any(gap.first in lines for lines in optional)
    ]
    return [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.stmt)
        and not isinstance(node, ast.Import | ast.ImportFrom)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        and any(gap.first < node.lineno < gap.last for gap in gaps)
    ]


@pytest.mark.parametrize("exercise", COURSE.code_exercises, ids=lambda exercise: exercise.name)
def test_an_exercise_is_worth_ten_points_and_one_for_each_statement(exercise):
    by_rule = BASE + len(written_statements(exercise))
    assert abs(exercise.points - by_rule) <= ROUNDING, f"{exercise.toml}: the rule gives {by_rule}"


def test_no_unit_is_worth_much_more_than_another_without_a_reason():
    units = {
        unit.name: sum(COURSE.exercise(name).points for name in unit.exercises)
        for unit in COURSE.units
        if unit.name not in SMALLER_FOR_A_REASON
    }
    assert max(units.values()) <= BETWEEN_UNITS * min(units.values()), units
