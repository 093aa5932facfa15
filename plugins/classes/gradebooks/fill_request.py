"""The request to fill a gradebook, and its result for each row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.public.reports import number
from framework.errors import UsageError
from plugins.classes.marks.class_results import UNGRADED, State
from plugins.classes.marks.final_points import StudentPoints
from plugins.classes.rosters.roster import Roster

#: States without a number in a gradebook.
OPEN = (*UNGRADED, State.WAITS_FOR_PERSON, State.LATER)
#: States with a zero in a gradebook, if the instructor asks for zeros.
MISSING = (State.NO_WORK, State.ALL_LATE)


@dataclass(frozen=True)
class FillRequest:
    """The points to fill in, and the options.

    Attributes:
        export: the file that the learning system exported.
        points: key of a student -> final points.
        roster: finds students by the identifiers of a row.
        assignment: name of the collection.
        column: the column to fill; empty to find it.
        comments: the column for comments; empty for none.
        is_scaled: whether points are scaled to the maximum of the column.
        is_new: whether missing columns are added, where the system allows that.
        zero_missing: whether a student without an attempt that counts gets 0 and no blank.
    """

    export: Path
    points: Mapping[str, StudentPoints]
    roster: Roster
    assignment: str
    column: str = ""
    comments: str = ""
    is_scaled: bool = False
    is_new: bool = False
    zero_missing: bool = False


@dataclass
class Filled:
    """A filled gradebook, and the list of special cases for the instructor.

    Attributes:
        data: the bytes of the file.
        column: the name of the column that was filled.
        written: keys of the students with points in it.
        replaced: of these, those whose row had other points.
        blank: keys of students without points -> why.
        absent: keys of students with points and without a row.
        unknown: lines of the file with a student that the collection does not have.
        kept: keys of students whose cell was left as it was -> why.
    """

    data: bytes = b""
    column: str = ""
    written: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    blank: dict[str, str] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)


def blank_reason(points: StudentPoints, *, zero_missing: bool) -> str:
    """Return why a student gets no number; empty for a student with a number."""
    if points.state in OPEN or (points.state in MISSING and not zero_missing):
        return points.state.value
    return ""


def scale(request: FillRequest, maximum: float | None, column: str) -> float:
    """Return the factor from our points to those of the column."""
    # Where exercises are left out, the largest maximum of any student is that of all.
    possible = max((points.possible for points in request.points.values()), default=0.0)
    if maximum is None or abs(maximum - possible) < 0.005 or not possible:
        if request.is_scaled and maximum is None:
            raise UsageError(
                f"column '{column}' does not say its maximum: leave out `--scale`, and let the "
                f"learning system scale from {possible:g} points"
            )
        return 1.0
    if request.is_scaled:
        return maximum / possible
    raise UsageError(
        f"column '{column}' is out of {maximum:g} points, and the run out of {possible:g}: add "
        f"`--scale`, or give the assignment {possible:g} points and export again"
    )


def comment_of(points: StudentPoints) -> str:
    """Return comments and changes of points, as text for the student."""
    lines = []
    for exercise in points.exercises:
        head = f"{exercise.name}: " if len(points.exercises) > 1 else ""
        told = [f"{c.why} ({number(c.before)} to {number(c.after)})" for c in exercise.changes]
        lines += [f"{head}{text}" for text in (*told, *exercise.comments)]
        if exercise.is_dropped:
            lines.append(f"{exercise.name} is not in the sum")
    return "; ".join(lines)
