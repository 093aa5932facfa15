"""Which attempt counts: rules, extensions, late days, times that are not known."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from plugins.classes.collecting.attempts import Attempt, Policy, Rule, Timing
from plugins.classes.rosters.dates import Extension, read_due, time_zone

DUE = read_due("2026-03-02T18:00", time_zone("Europe/Berlin"))


def attempt(name, day=None, hour=12, *, is_late=None, order=0):
    submitted = datetime(2026, 3, day, hour, tzinfo=UTC) if day is not None else None
    return Attempt(name, ("ana",), submitted, is_late, order, {"a.py": "a.py"})


EARLY, LAST_IN_TIME, NEXT_DAY, WEEK = (
    attempt("early", 1),
    attempt("last", 2),
    attempt("next", 3),
    attempt("week", 9),
)
ALL = [WEEK, EARLY, NEXT_DAY, LAST_IN_TIME]


def counting(rule, attempts=ALL, **policy):
    return Policy(rule, **{"due": DUE, **policy}).counting("ana", attempts)


@pytest.mark.parametrize(
    ("rule", "late_days", "expected"),
    [
        (Rule.LATEST, 0, ["week"]),
        (Rule.LAST_ON_TIME, 0, ["last"]),
        (Rule.LAST_ON_TIME, 9, ["last"]),
        (Rule.BEST, 0, ["early", "last"]),
        (Rule.BEST, 1, ["early", "last", "next"]),
    ],
)
def test_the_rule_decides(rule, late_days, expected):
    assert [item.attempt for item in counting(rule, late_days=late_days)] == expected


def test_what_cannot_be_read_does_not_count_and_costs_no_late_day():
    broken = replace(NEXT_DAY, is_readable=False)
    (result,) = counting(Rule.LATEST, [LAST_IN_TIME, broken], late_days=3)
    assert (result.attempt, result.spent) == (LAST_IN_TIME.id, 0)
    assert counting(Rule.BEST, [broken], late_days=3) == ()


def test_grace_minutes_are_in_time():
    late = replace(LAST_IN_TIME, submitted=DUE + timedelta(minutes=10))
    assert [result.timing for result in counting(Rule.LATEST, [late], grace=10)] == [Timing.ON_TIME]
    assert [result.days_late for result in counting(Rule.LATEST, [late], grace=9)] == [1]


def test_late_days_cover_what_would_not_count_and_are_spent_then():
    (result,) = counting(Rule.LAST_ON_TIME, [NEXT_DAY, WEEK], late_days=3)
    assert (result.attempt, result.timing, result.spent) == ("next", Timing.COVERED, 1)
    assert counting(Rule.LAST_ON_TIME, [NEXT_DAY, WEEK], late_days=3, spent={"ana": 3}) == ()


def test_a_budget_that_is_too_small_is_spent_and_the_attempt_stays_late():
    (result,) = counting(Rule.LATEST, late_days=3)
    assert (result.timing, result.days_late, result.spent) == (Timing.LATE, 7, 3)


@pytest.mark.parametrize(
    "extension",
    [Extension(days=7), Extension(due=read_due("2026-03-09", time_zone("Europe/Berlin")))],
)
def test_an_extension_moves_the_due_date_of_its_student(extension):
    (result,) = counting(Rule.LATEST, extensions={"ana": extension})
    assert result.timing is Timing.ON_TIME
    (other,) = counting(Rule.LATEST, extensions={"bo": extension})
    assert other.timing is Timing.LATE


def test_an_extension_may_be_a_budget_alone():
    (result,) = counting(Rule.LATEST, [NEXT_DAY], extensions={"ana": Extension(late_days=1)})
    assert result.timing is Timing.COVERED


def test_without_a_time_the_other_system_and_the_order_decide():
    first, second = attempt("a", order=0), attempt("b", order=1)
    (result,) = counting(Rule.LATEST, [second, first])
    assert (result.attempt, result.timing, result.days_late) == ("b", Timing.UNKNOWN, None)
    (late,) = counting(Rule.LATEST, [attempt("c", is_late=True)], late_days=9)
    assert (late.timing, late.spent) == (Timing.LATE, 0)
    (fine,) = counting(Rule.LATEST, [attempt("c", is_late=False)])
    assert fine.timing is Timing.ON_TIME
    assert counting(Rule.LAST_ON_TIME, [attempt("c", is_late=True)]) == ()


def test_without_a_due_date_all_is_in_time():
    (result,) = counting(Rule.LATEST, due=None)
    assert (result.attempt, result.timing) == ("week", Timing.ON_TIME)
