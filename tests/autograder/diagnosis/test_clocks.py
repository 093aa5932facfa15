"""Numbers that a clock gives are no difference between two answers."""

import pytest

from autograder.diagnosis.recorded import clocked, reads_clock, without_clocks
from autograder.sandbox.session.requests import Outcome
from autograder.sandbox.session.session import Exchange


def answer(*values):
    return Exchange(b"", tuple(Outcome(value) for value in values))


def test_numbers_that_differ_between_two_runs_are_left_out():
    first = answer([("bag", 0.5, 12, 0.031)], {"seconds": 1.5, "share": 0.5})
    second = answer([("bag", 0.5, 12, 0.027)], {"seconds": 1.4, "share": 0.5})
    places = clocked(first, second)
    assert places == {(0, (0, 3)), (1, ("seconds",))}
    assert without_clocks(first, places) == without_clocks(second, places)
    assert without_clocks(first, places).outcomes[0].value == [("bag", 0.5, 12, None)]


@pytest.mark.parametrize("value", [[], [("bag",)], None, [("bag", 0.5, 12, "long")], 3.0])
def test_an_answer_without_such_a_number_stays(value):
    assert without_clocks(answer(value), {(0, (0, 3)), (7, ())}) == answer(value)


def test_code_that_imports_no_clock_reads_none():
    assert reads_clock("import time\n") and reads_clock("    from time import perf_counter")
    assert not reads_clock("import timeit\nx = time\n")


@pytest.mark.slow
def test_a_mistake_in_a_function_that_measures_seconds_is_named(with_mistake):
    told = with_mistake("model_comparison", "another-seed-for-each").diagnoses()
    assert {diagnosis.id for diagnosis in told.values()} == {"another-seed-for-each"}
