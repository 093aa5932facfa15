"""Points and comments of an instructor: ``points.csv`` in the collection.

    student,exercise,part,about,work,earned,possible,waits_for,with_course_part,request,points,final,comment
    s1001,lm_questions,bottleneck,prose,w-3f1c09d2a1b4c8e7,,3,,,,2.5,,The batch is missing.
    s1001,lm_training,train_model,blocked,w-77ab03c2e5f61d24,0,6,rnn,5/6,,4,,
    s1002,rnn,,own,,8,10,,,,,9,Agreed in the review.

`points` replaces what the part got, or the whole exercise in a row without `part`; the rules apply
to it. `final` stands in rows without `part`, and nothing changes it. `work` is a digest: an entry
holds for this work alone, also after a regrade. Without one, it holds for all work. A comment
answers the `request` for a regrade. `with_course_part` has the points that the work would get.
Rows about a *part* name, in `waits_for`, parts that pass their own checks and cost points here.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.public.reports import from_spreadsheet
from framework.errors import BadInputError
from plugins.classes.rosters.privacy import write_private
from plugins.classes.rosters.tables import SheetRow, decimal, read_csv, written_csv

FILE = "points.csv"
#: Stands before a digest in a table: a spreadsheet would take ``12e45678`` for a number.
DIGEST_MARK = "w-"
OWN = ("points", "final", "comment")
COLUMNS = (
    *("student", "exercise", "part", "about", "work", "earned", "possible", "waits_for"),
    *("with_course_part", "request"),
    *OWN,
)


@dataclass(frozen=True)
class ManualEntry:
    """A row: what it is about, and what an instructor gave; None for nothing yet."""

    student: str
    exercise: str
    part: str = ""
    work: str = ""
    points: float | None = None
    final: float | None = None
    comment: str = ""
    about: str = "own"
    earned: str = ""
    possible: str = ""
    waits_for: str = ""
    with_course_part: str = ""
    request: str = ""
    line: int = 0  # of the file, from 1; 0 for a new row

    @property
    def place(self) -> tuple[str, str, str, str]:
        """Student, exercise, part and work; a table has one entry for each of these keys."""
        return self.student, self.exercise, self.part, self.work

    @property
    def is_filled(self) -> bool:
        """Whether an instructor or a student has written something."""
        is_given = self.points is not None or self.final is not None
        return is_given or bool(self.comment or self.request)

    @property
    def why_open(self) -> str:
        """Why it waits for an instructor; empty if it does not."""
        if self.request and not self.comment:
            return "a regrade request"
        kinds = {
            "prose": "an answer in prose",
            "blocked": f"blocked by {self.waits_for}",
            "part": f"gets {self.with_course_part} with the course's {self.waits_for}",
        }
        return kinds.get(self.about, "") if self.points is None else ""


class ManualEntries:
    """The entries of a table, by student and exercise."""

    def __init__(self, entries: Iterable[ManualEntry] = ()) -> None:
        self.all = tuple(entries)
        self._found: dict[tuple[str, str], list[ManualEntry]] = {}
        for entry in self.all:
            self._found.setdefault((entry.student, entry.exercise), []).append(entry)

    def about(self, student: str, exercise: str) -> list[ManualEntry]:
        """Return the entries about a student at an exercise."""
        return self._found.get((student, exercise), [])


def read_entries(file: Path) -> ManualEntries:
    """Read a table; without a file, there are no entries."""
    if not file.exists():
        return ManualEntries()
    table = read_csv(file)
    missing = [name for name in ("student", "exercise", *OWN) if name not in table.columns]
    if missing:
        raise BadInputError(
            f"{file} has no column {', '.join(missing)}: `gradus class points` writes the rows"
        )
    lines: dict[tuple[str, str, str, str], int] = {}
    entries = []
    for row in table.rows:
        entry = _entry(file, row)
        other = lines.setdefault(entry.place, row.line)
        if other != row.line:
            raise BadInputError(f"{file}, lines {other} and {row.line} are about the same work")
        entries.append(entry)
    return ManualEntries(entries)


def _entry(file: Path, row: SheetRow) -> ManualEntry:
    where = f"{file}, line {row.line}"
    cells = {name: from_spreadsheet(row.value(name)) for name in COLUMNS}
    if not cells["student"] or not cells["exercise"]:
        raise BadInputError(f"{where}: names no {'exercise' if cells['student'] else 'student'}")
    numbers = {name: _number(where, name, cells.pop(name)) for name in ("points", "final")}
    cells["work"] = cells["work"].removeprefix(DIGEST_MARK)
    if cells["part"] and numbers["final"] is not None:
        raise BadInputError(f"{where}: 'final' stands in rows without 'part' alone")
    return ManualEntry(**cells, **numbers, line=row.line)  # type: ignore[arg-type]  # by their names


def _number(where: str, name: str, text: str) -> float | None:
    value = decimal(text)
    if text and not 0 <= value < math.inf:
        raise BadInputError(f"{where}: {name} must be a number from 0, not {text!r}")
    return value if text else None


def merged(entries: ManualEntries, current: Iterable[ManualEntry]) -> tuple[list[ManualEntry], int]:
    """Return the rows of a new table, which keep the former entries, and how many are outdated."""
    former = {entry.place: entry for entry in entries.all}
    rows = []
    for new in current:
        old = former.pop(new.place, new)
        own = {name: getattr(old, name) for name in (*OWN, "request")}
        rows.append(replace(new, **own))
    kept = [entry for entry in former.values() if entry.is_filled]
    outdated = [replace(entry, about="earlier work") if entry.work else entry for entry in kept]
    return [*rows, *outdated], sum(bool(entry.work) for entry in kept)


def write_entries(file: Path, rows: Iterable[ManualEntry]) -> None:
    """Write a table that its owner alone can read."""
    shown = ([_shown(row, name) for name in COLUMNS] for row in rows)
    write_private(file, written_csv([COLUMNS, *shown]).encode("utf-8", "replace"))


def _shown(entry: ManualEntry, name: str) -> str:
    value = getattr(entry, name)
    if value is None:
        return ""
    if name == "work":
        return f"{DIGEST_MARK}{value}" if value else ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def comments(entries: Iterable[ManualEntry]) -> Iterator[str]:
    """Yield the comments for the student, with the part that each is about."""
    for entry in entries:
        if comment := " ".join(entry.comment.split()):
            yield f"{entry.part}: {comment}" if entry.part else comment


def by_part(entries: Iterable[ManualEntry], work: Mapping[str, str]) -> dict[str, ManualEntry]:
    """Return part -> the entry about its `work` of today, by digest; '' is the whole exercise."""
    chosen: dict[str, ManualEntry] = {}
    for entry in entries:
        is_current = entry.work in ("", work.get(entry.part, ""))
        if is_current and (entry.work or entry.part not in chosen):
            chosen[entry.part] = entry
    return chosen


def unused(
    entries: ManualEntries, parts: Mapping[tuple[str, str], Collection[str]]
) -> Iterator[str]:
    """Yield a line for each filled row that is about none of `parts`, by student and exercise."""
    students, exercises = {key for key, _ in parts}, {name for _, name in parts}
    for entry in (entry for entry in entries.all if entry.is_filled):
        if entry.student not in students:
            yield f"line {entry.line}: no such student"
        elif entry.exercise not in exercises:
            yield f"line {entry.line}: no exercise '{entry.exercise}' in this run"
        elif entry.part and entry.part not in parts[entry.student, entry.exercise]:
            yield f"line {entry.line}: no part '{entry.part}' in {entry.exercise}"
