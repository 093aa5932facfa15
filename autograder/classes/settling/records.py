"""Final points of students, with each change and its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from autograder.classes.outcomes.records import WITHOUT_RESULT, State
from autograder.classes.rosters.roster import Student


@dataclass(frozen=True)
class Change:
    """A change of the points at an exercise, and why."""

    before: float
    after: float
    why: str


@dataclass(frozen=True)
class ExercisePoints:
    """The points of a student at an exercise.

    Attributes:
        waiting: what points wait for, an exercise or a task -> how many; an instructor decides.
        days_late: days begun after the due date that no late day covers; None if not known.
        weight: factor of its points in the sum.
        is_dropped: whether it is left out of the sum.
        changes: what was changed after grading, in this order.
        comments: what an instructor wrote for the student.
    """

    name: str
    unit: str
    title: str
    state: State
    earned: float
    possible: float
    waiting: Mapping[str, float] = field(default_factory=dict, hash=False)
    days_late: int | None = 0
    weight: float = 1.0
    is_dropped: bool = False
    changes: tuple[Change, ...] = ()
    comments: tuple[str, ...] = ()

    def changed(self, earned: float, why: str) -> ExercisePoints:
        """Return it with other points, and the reason among its changes."""
        if earned == self.earned:
            return self
        return replace(
            self, earned=earned, changes=(*self.changes, Change(self.earned, earned, why))
        )


@dataclass(frozen=True)
class StudentPoints:
    """The points of a student at all exercises of a run."""

    student: Student
    exercises: tuple[ExercisePoints, ...]

    @property
    def counted(self) -> tuple[ExercisePoints, ...]:
        """The exercises in the sum."""
        return tuple(one for one in self.exercises if not one.is_dropped)

    @property
    def earned(self) -> float:
        """The weighted sum of the points earned."""
        return sum(one.earned * one.weight for one in self.counted)

    @property
    def possible(self) -> float:
        """The weighted sum of the points that can be earned."""
        return sum(one.possible * one.weight for one in self.counted)

    @property
    def state(self) -> State:
        """How far the sum is known."""
        states = {one.state for one in self.counted}
        if states and states <= {*WITHOUT_RESULT}:
            return next(one for one in reversed(WITHOUT_RESULT) if one in states)
        order = (State.NOT_GRADED, State.WAITS_FOR_PERSON)
        return next((one for one in order if one in states), State.GRADED)

    @property
    def waiting(self) -> float:
        """Points that wait for another part, without a decision of an instructor."""
        return sum(sum(one.waiting.values()) for one in self.counted)

    def only(self, names: frozenset[str]) -> StudentPoints:
        """Return it for some exercises alone."""
        kept = tuple(one for one in self.exercises if one.name in names)
        return replace(self, exercises=kept)
