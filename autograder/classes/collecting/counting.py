"""Which attempt of a student counts: due dates, extensions, late days, and the rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from autograder.classes.collecting.attempts import Attempt
from autograder.classes.rosters.exceptions import Extension
from autograder.classes.rosters.moments import days_late


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
    """What decides about attempts.

    Attributes:
        due: None for no due date.
        late_days: the budget of each student for all assignments.
        spent: key of a student -> late days that other assignments have taken.
    """

    rule: Rule = Rule.LATEST
    due: datetime | None = None
    late_days: int = 0
    extensions: Mapping[str, Extension] = field(default_factory=dict)
    spent: Mapping[str, int] = field(default_factory=dict)

    def due_date(self, student: str) -> datetime | None:
        """Return the due date of a student."""
        if self.due is None:
            return None
        return self.extensions.get(student, Extension()).due_date(self.due)

    def late_days_left(self, student: str) -> int:
        """Return the late days that a student has left for this assignment."""
        own = self.extensions.get(student, Extension()).late_days
        return max((self.late_days if own is None else own) - self.spent.get(student, 0), 0)

    def standing(self, student: str, attempt: Attempt) -> Standing:
        """Return how `attempt` relates to the due date of one of its students."""
        due = self.due_date(student)
        if attempt.submitted is None or due is None:
            return Standing(attempt.id, _without_time(attempt, due))
        days, left = days_late(attempt.submitted, due), self.late_days_left(student)
        if days == 0:
            return Standing(attempt.id, Timing.ON_TIME, 0)
        timing = Timing.COVERED if days <= left else Timing.LATE
        return Standing(attempt.id, timing, days, min(days, left))

    def counting(self, student: str, attempts: Iterable[Attempt]) -> tuple[Standing, ...]:
        """Return the attempts of a student that count; several only until the best is known."""
        known = [self.standing(student, one) for one in sorted(attempts, key=lambda a: a.place)]
        if self.rule is Rule.LATEST:
            return tuple(known[-1:])
        fine = [one for one in known if one.timing in (Timing.ON_TIME, Timing.UNKNOWN)]
        covered = [one for one in known if one.timing is Timing.COVERED]
        if self.rule is Rule.BEST:
            return (*fine, *covered)
        return tuple((fine or covered)[-1:])


def _without_time(attempt: Attempt, due: datetime | None) -> Timing:
    """Return what the other system says, where the time is not known or nothing is due."""
    if attempt.is_late:
        return Timing.LATE
    return Timing.ON_TIME if due is None or attempt.is_late is False else Timing.UNKNOWN
