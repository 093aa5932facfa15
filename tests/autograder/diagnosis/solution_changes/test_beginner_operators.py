"""What beginners make of a line: the changes that a diagnosis tries, and the audit does not."""

import tomllib

import pytest
from mutated import mutated
from repository import text_of

from autograder.diagnosis.solution_changes.beginner_operators import (
    BEGINNER_MUTATIONS,
    MANY_MUTATIONS,
)

MUTATIONS = BEGINNER_MUTATIONS | MANY_MUTATIONS
CASES = tomllib.loads(text_of("texts/diagnosis/beginners.toml"))


def test_every_habit_is_here():
    assert set(CASES) == set(MUTATIONS)


@pytest.mark.parametrize(
    ("habit", "code", "expected"),
    [(habit, code, made) for habit, cases in CASES.items() for code, made in cases],
)
def test_what_a_habit_makes_of_a_line(habit, code, expected):
    _, mutate = MUTATIONS[habit]
    assert mutated(code, {habit: mutate}) == expected
