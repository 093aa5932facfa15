"""Due dates in time zones: changes of clocks, offsets, and late days."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework.errors import UsageError
from plugins.classes.rosters.dates import (
    days_after,
    days_late,
    read_due,
    read_moment,
    shown_moment,
    time_zone,
    zone_doubt,
)

BERLIN = time_zone("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-02", "2026-03-02T22:59:59"),
        ("2026-07-02T18:00", "2026-07-02T16:00:00"),
        ("2026-03-02T18:00+05:30", "2026-03-02T12:30:00"),
        ("2026-03-02T18:00Z", "2026-03-02T18:00:00"),
        ("2026-10-25T02:30", "2026-10-25T01:30:00"),  # the second 2:30 of that night
    ],
)
def test_a_due_date_is_read_in_its_zone(text, utc):
    assert read_due(text, BERLIN).astimezone(UTC).replace(tzinfo=None).isoformat() == utc


def test_a_due_date_needs_a_zone_and_has_to_exist():
    with pytest.raises(UsageError, match="--timezone Europe/Berlin"):
        read_due("2026-03-02T18:00", None)
    with pytest.raises(UsageError, match="does not exist in Europe/Berlin"):
        read_due("2026-03-29T02:30", BERLIN)
    with pytest.raises(UsageError, match="'soon' is no date"):
        read_due("soon", BERLIN)
    with pytest.raises(UsageError, match="no time zone 'Berlin'"):
        time_zone("Berlin")


def test_a_late_day_ends_at_the_same_local_time_also_when_clocks_change():
    due = read_due("2026-03-28T12:00", BERLIN)  # the next day has 23 hours
    hour = timedelta(hours=1)
    start = due.astimezone(UTC)
    assert days_late(start, due) == 0
    assert days_late(start + 23 * hour, due) == 1
    assert days_late(start + 23 * hour + timedelta(seconds=1), due) == 2
    autumn = read_due("2026-10-24T12:00", BERLIN)  # the next day has 25 hours
    assert days_late(autumn.astimezone(UTC) + 25 * hour, autumn) == 1


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)),
    st.timedeltas(timedelta(0), timedelta(days=400)),
)
def test_late_days_are_the_least_that_reach_the_submission(local, delay):
    due = local.replace(tzinfo=BERLIN)
    submitted = due.astimezone(UTC) + delay
    days = days_late(submitted, due)
    assert submitted <= days_after(due, days).astimezone(UTC)
    assert days == 0 or days_after(due, days - 1).astimezone(UTC) < submitted


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02 10:15:00.000000000 Z",
        "2026-03-02 10:15:00.000000 UTC",
        "2026-03-02T11:15:00+01:00",
        "2026-03-02-11-15-00",
        "2026-03-02T11-15-00",
        "Monday, 2 March 2026, 11:15 AM",
        "Monday, March 2, 2026, 11:15 AM",
    ],
)
def test_the_forms_of_every_system_are_read(text):
    assert read_moment(text, BERLIN) == datetime(2026, 3, 2, 10, 15, tzinfo=UTC)


def test_a_time_without_a_zone_is_not_guessed():
    assert read_moment("2026-03-02 10:15", None) is None
    assert read_moment("lundi 2 mars", BERLIN) is None


@pytest.mark.parametrize(
    ("due", "hour"), [("2026-10-24T02:30", 1), ("2026-03-28T02:30", 1)], ids=["twice", "left out"]
)
def test_a_late_day_that_ends_while_clocks_change_ends_at_the_later_moment(due, hour):
    end = days_after(read_due(due, BERLIN), 1).astimezone(UTC)
    assert (end.hour, end.minute) == (hour, 30)


@pytest.mark.parametrize(
    ("zone", "shown"),
    [("Europe/Berlin", "2026-03-29 18:30 CEST"), ("", "2026-03-29 16:30 UTC")],
)
def test_a_time_is_shown_with_the_zone_of_the_class(zone, shown):
    assert shown_moment(datetime(2026, 3, 29, 16, 30, tzinfo=UTC), zone) == shown


def test_time_zones_that_seldom_are_meant_have_a_warning():
    assert "is UTC+5: the sign is reversed" in zone_doubt("Etc/GMT-5")
    assert "no summer time" in zone_doubt("EST")
    assert zone_doubt("Europe/Berlin") == zone_doubt("UTC") == ""
