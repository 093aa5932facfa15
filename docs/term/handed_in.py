"""Who hands in what in a week, and when; what grading has to find in it."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from docs.term.desk import Desk, Graded
from docs.term.exports import HandIn
from docs.term.people import Person
from docs.term.work import Answers, Kind, drawn_kind

ZONE = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True)
class Policy:
    """How a class hands in: shares of students, and the latest hours after the due date."""

    absent: float = 0.03
    late: float = 0.08
    latest: float = 70.0


@dataclass
class Week:
    """The hand-ins of a week.

    Attributes:
        kinds: (key of a student, exercise) -> what the answer is.
        listed: in the order of the class; one for each student who hands in.
    """

    number: int
    due: datetime
    answers: Sequence[Answers]
    kinds: dict[tuple[str, str], Kind] = field(default_factory=dict)
    listed: dict[str, HandIn] = field(default_factory=dict)

    @classmethod
    def drawn(
        cls, desk: Desk, number: int, due: str, answers: Sequence[Answers], policy: Policy
    ) -> Week:
        """Return a week; students with a role hand in right work, in time."""
        week = cls(number, datetime.fromisoformat(due).replace(tzinfo=ZONE), answers)
        for person in desk.people.people:
            rng = random.Random(f"week {number} {person.key}")
            has_role = person in desk.people.with_roles
            if has_role or rng.random() >= policy.absent:
                hours = -rng.triangular(1, 96, 3)
                if not has_role and rng.random() < policy.late:
                    hours = rng.uniform(0.1, policy.latest)
                kinds = [Kind.RIGHT if has_role else drawn_kind(rng) for _ in answers]
                week.hand_in(person, kinds, hours)
        return week

    def hand_in(self, person: Person, kinds: Sequence[Kind], hours: float) -> HandIn:
        """Let a student hand in, `hours` after the due date; an earlier hand-in is replaced."""
        files = {}
        for answer, kind in zip(self.answers, kinds, strict=True):
            self.kinds[person.key, answer.name] = kind
            files[f"{answer.name}.py"] = answer.of(person, kind)
        moment = self.due + timedelta(minutes=round(hours * 60))
        self.listed[person.key] = HandIn(person, files, moment)
        return self.listed[person.key]

    def days_late(self, key: str) -> int:
        """Return the days that a student is late; not for days of which clocks are changed."""
        late = self.listed[key].moment - self.due
        return max(math.ceil(late / timedelta(days=1)), 0)

    @property
    def late(self) -> list[str]:
        """The keys of those who are late."""
        return [key for key in self.listed if self.days_late(key)]

    def check(self, desk: Desk, results: Mapping[tuple[str, str], Graded]) -> None:
        """Claim that each answer got what it is worth."""
        desk.same(results, self.kinds, f"week {self.number}, what was graded")
        for key, kind in self.kinds.items():
            result = results[key]
            is_so = (
                result.is_full if kind is Kind.RIGHT
                else result.earned == 0 if kind in (Kind.UNTOUCHED, Kind.BROKEN)
                else result.earned < result.possible
            )  # fmt: skip
            desk.claim(is_so, f"week {self.number}: {key} is {kind}, and graded as {result}")
