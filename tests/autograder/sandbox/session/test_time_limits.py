"""Processor time from few readings, and what is left of a budget."""

from types import SimpleNamespace

import pytest

from autograder.sandbox.session.faults import TimedOut
from autograder.sandbox.session.process import UsageMeter
from autograder.sandbox.session.sandbox_session import WALL_FACTOR, TimeBudget


@pytest.mark.parametrize(
    ("exchanges", "cpu"),
    [
        # From the start of an exchange, at its readings; its length does not count.
        ([([(0.5, 0.5), (0.75, 0.75)], 9.0), ([(1.0, 0.25)], 0.0)], 1.0),
        # Exchanges without a reading may have used all of their time.
        ([([], 0.5)] * 3, 1.5),
        ([([], 0.5)] * 3 + [([(1.0, 0.0), (1.25, 0.25)], 9.0)], 1.25),
        # Processes that have ended give nothing back.
        ([([(2.0, 2.0), (0.0, 2.0)], 0.0)], 2.0),
    ],
)
def test_a_meter_tells_what_was_used_at_least_and_at_most(exchanges, cpu):
    meter = UsageMeter()
    for readings, elapsed in exchanges:
        meter.begin()
        for reading, used in readings:
            assert meter.used(reading) == used
        meter.end(elapsed)
    assert meter.cpu == cpu


def test_the_first_start_is_free_and_later_ones_are_not():
    first, second = SimpleNamespace(cpu=1.0), SimpleNamespace(cpu=1.0)
    budget = TimeBudget(10.0)
    budget.note_start(first, wall=2.0)
    assert (budget.left.cpu, budget.left.wall) == (10.0, WALL_FACTOR * 10)
    first.cpu, budget.wall = 3.0, 4.0
    assert (budget.left.cpu, budget.left.wall) == (8.0, WALL_FACTOR * 10 - 4)
    budget.note_start(second, wall=2.0)
    assert (budget.left.cpu, budget.left.wall) == (7.0, WALL_FACTOR * 10 - 6)


@pytest.mark.parametrize(("used", "cpu"), [(0.0, 4.0), (7.0, 3.0)])
def test_an_exchange_gets_no_more_than_what_is_left(used, cpu):
    budget, meter = TimeBudget(10.0), SimpleNamespace(cpu=0.0)
    budget.note_start(meter, wall=0.0)
    meter.cpu = used
    assert (budget.limit(4.0).cpu, budget.limit(4.0).wall) == (cpu, WALL_FACTOR * 4)


def test_nothing_starts_where_no_time_is_left():
    budget, meter = TimeBudget(10.0), SimpleNamespace(cpu=0.0)
    budget.note_start(meter, wall=0.0)
    budget.wall = WALL_FACTOR * 10 + 3
    with pytest.raises(TimedOut, match="took 83 s") as late:
        budget.limit(4.0)
    meter.cpu = 11.0
    with pytest.raises(TimedOut, match="10 s of processor time are used up") as slow:
        budget.limit(4.0)
    assert (late.value.stalled, slow.value.stalled) == (True, False)
