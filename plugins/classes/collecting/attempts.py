"""Attempts at an assignment, and which of them count: due dates, extensions, late days, rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from plugins.classes.rosters.dates import Extension, days_after, days_late


@dataclass(frozen=True)
class Attempt:
    """An attempt.

    Attributes:
        id: names its folder; says nothing about its students.
        students: their keys, sorted.
        submitted: when, in UTC; None if it is not known.
        is_late: what the other system says; None where it says nothing.
        order: the place among all attempts, for those whose time is not known.
        files: path in its folder -> path in the export.
        is_readable: whether a file of it can be read; otherwise it never counts.
    """

    id: str
    students: tuple[str, ...]
    submitted: datetime | None
    is_late: bool | None
    order: int
    files: Mapping[str, str]
    notes: tuple[str, ...] = ()
    is_readable: bool = True

    @property
    def place(self) -> tuple[datetime, int]:
        """The position in time: attempts without a known time come first, in their order."""
        return self.submitted or datetime.min.replace(tzinfo=UTC), self.order


class Rule(StrEnum):
    """Which attempt counts.

    `LAST_ON_TIME` prefers attempts in time, then those that late days cover. `BEST` lets all of
    these count, until they are graded.
    """

    LATEST = "latest"
    BEST = "best"
    LAST_ON_TIME = "last-on-time"


class Timing(StrEnum):
    """How an attempt relates to the due date of its student."""

    ON_TIME = "on time"
    COVERED = "covered by late days"
    LATE = "late"
    UNKNOWN = "time unknown"


@dataclass(frozen=True)
class Standing:
    """An attempt and the due date of one student.

    Attributes:
        days_late: days begun after the due date; None if the time is not known.
        spent: late days that it takes from the budget if it counts.
    """

    attempt: str
    timing: Timing
    days_late: int | None = None
    spent: int = 0


@dataclass(frozen=True)
class Policy:
    """The rule, dates and late days that decide about attempts.

    Attributes:
        due: None for no due date.
        grace: minutes after the due date in which work is still in time.
        late_days: the budget of each student for all assignments.
        spent: key of a student -> late days that other assignments have taken.
    """

    rule: Rule = Rule.LATEST
    due: datetime | None = None
    grace: int = 0
    late_days: int = 0
    extensions: Mapping[str, Extension] = field(default_factory=dict)
    spent: Mapping[str, int] = field(default_factory=dict)

    def due_date(self, student: str) -> datetime | None:
        """Return the due date of a student."""
        if self.due is None:
            return None
        extension = self.extensions.get(student, Extension())
        return extension.due or days_after(self.due, extension.days)

    def _late_days_left(self, student: str) -> int:
        own = self.extensions.get(student, Extension()).late_days
        budget = self.late_days if own is None else own
        return max(budget - self.spent.get(student, 0), 0)

    def end(self, student: str) -> datetime | None:
        """Return when the last work of a student counts in full: with grace and late days left."""
        due = self.due_date(student)
        if due is None:
            return None
        last = days_after(due, self._late_days_left(student))
        return max(last, due + timedelta(minutes=self.grace))

    def standing(self, student: str, attempt: Attempt) -> Standing:
        """Return how `attempt` relates to the due date of one of its students."""
        due = self.due_date(student)
        if attempt.submitted is None or due is None:  # the other system may know
            is_fine = due is None or attempt.is_late is False
            unless_late = Timing.ON_TIME if is_fine else Timing.UNKNOWN
            return Standing(attempt.id, Timing.LATE if attempt.is_late else unless_late)
        if attempt.submitted <= due + timedelta(minutes=self.grace):
            return Standing(attempt.id, Timing.ON_TIME, 0)
        days = days_late(attempt.submitted, due)
        left = self._late_days_left(student)
        timing = Timing.COVERED if days <= left else Timing.LATE
        return Standing(attempt.id, timing, days, min(days, left))

    def counting(self, student: str, attempts: Iterable[Attempt]) -> tuple[Standing, ...]:
        """Return the attempts of a student that count; several only until the best is known."""
        readable = (attempt for attempt in attempts if attempt.is_readable)
        in_order = sorted(readable, key=lambda attempt: attempt.place)
        standings = [self.standing(student, attempt) for attempt in in_order]
        if self.rule is Rule.LATEST:
            return tuple(standings[-1:])
        fine = [item for item in standings if item.timing in (Timing.ON_TIME, Timing.UNKNOWN)]
        covered = [item for item in standings if item.timing is Timing.COVERED]
        if self.rule is Rule.BEST:
            return (*fine, *covered)
        return tuple((fine or covered)[-1:])
