"""Processor time from few readings, and what is left of a budget."""

import pytest

from autograder.sandbox.session.process import UsageMeter
from autograder.sandbox.session.sandbox_session import WALL_FACTOR, TimeBudget


def test_a_meter_measures_from_the_start_of_an_exchange():
    meter = UsageMeter()
    meter.begin()
    assert meter.used(0.5) == 0.5
    assert meter.used(0.75) == 0.75
    meter.end(9.0)
    assert meter.cpu == 0.75
    meter.begin()
    assert meter.used(1.0) == 0.25


def test_exchanges_without_a_reading_are_bounded_by_their_time():
    meter = UsageMeter()
    for _ in range(3):
        meter.begin()
        meter.end(0.5)
    assert meter.cpu == 1.5
    meter.begin()
    assert meter.used(1.0) == 0.0, "they may have used all of it"
    assert meter.used(1.25) == 0.25
    assert meter.cpu == 1.25


def test_processes_that_have_ended_give_nothing_back():
    meter = UsageMeter()
    meter.begin()
    meter.used(2.0)
    assert meter.used(0.0) == 2.0
    assert meter.cpu == 2.0


def test_the_first_start_is_free_and_later_ones_are_not():
    budget = TimeBudget(10.0)
    budget.note_start(cpu=1.0, wall=2.0)
    assert (budget.left.cpu, budget.left.wall) == (10.0, WALL_FACTOR * 10)
    budget.note_exchange(cpu=3.0, wall=4.0)
    assert (budget.left.cpu, budget.left.wall) == (8.0, WALL_FACTOR * 10 - 4)
    budget.note_end()
    budget.note_start(cpu=1.0, wall=2.0)
    assert (budget.left.cpu, budget.left.wall) == (7.0, WALL_FACTOR * 10 - 6)


@pytest.mark.parametrize(("used", "cpu"), [(0.0, 4.0), (7.0, 3.0), (11.0, -1.0)])
def test_an_exchange_gets_no_more_than_what_is_left(used, cpu):
    budget = TimeBudget(10.0)
    budget.note_start(cpu=0.0, wall=0.0)
    budget.note_exchange(cpu=used, wall=0.0)
    assert (budget.limit(4.0).cpu, budget.limit(4.0).wall) == (cpu, WALL_FACTOR * 4)
