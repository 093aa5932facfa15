"""Numbers that a clock gives are no difference between two answers."""

import pytest

from autograder.diagnosis.recorded import without_clocks
from autograder.sandbox.session.requests import Outcome
from autograder.sandbox.session.session import Exchange


def answer(*values):
    return Exchange(b"", tuple(Outcome(value) for value in values))


FIRST = answer([("bag", 0.5, 12, 0.031)], {"seconds": 1.5, "share": 0.5})
AGAIN = answer([("bag", 0.5, 12, 0.027)], {"seconds": 1.4, "share": 0.5})


def test_numbers_that_differ_between_two_runs_are_left_out():
    steady = answer([("bag", 0.5, 12, None)], {"seconds": None, "share": 0.5})
    assert without_clocks(FIRST, FIRST, AGAIN) == steady
    assert without_clocks(AGAIN, FIRST, AGAIN) == steady


@pytest.mark.parametrize("value", [[], [("bag",)], None, [("bag", 0.5, 12, "long")], 3.0])
def test_an_answer_without_such_a_number_stays(value):
    assert without_clocks(answer(value), FIRST, AGAIN) == answer(value)
    assert without_clocks(answer(1, 2, value), FIRST, AGAIN) == answer(1, 2, value)


@pytest.mark.slow
def test_a_mistake_in_a_function_that_measures_seconds_is_named(with_mistake):
    told = with_mistake("model_comparison", "another-seed-for-each").diagnoses()
    assert {diagnosis.id for diagnosis in told.values()} == {"another-seed-for-each"}
