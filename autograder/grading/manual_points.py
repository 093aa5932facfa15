"""The points that instructors give for answers in prose: a CSV file with one row for each answer.

    submission,exercise,question,answer,possible,points,comment
    ann,lm_questions,bottleneck,w-3f1c09d2a1b4c8e7,3,2.5,The batch is missing.

`answer` is a digest of the text. A regrade finds the points again for the same answer, also under
another name of the submission, and a changed answer waits for a person again.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.reading import Course
from framework.errors import BadInputError
from framework.text_files import read_text

COLUMNS = ("submission", "exercise", "question", "answer", "possible", "points", "comment")
#: Stands before a digest in a table: a spreadsheet would take ``12e45678`` for a number.
DIGEST_MARK = "w-"
#: Columns that a file may be without: they help people alone.
_OPTIONAL = ("submission", "possible", "comment")


@dataclass(frozen=True)
class PointsRow:
    """One row: the answer that it is about, and what was given; `points` is None if nothing yet."""

    submission: str
    exercise: str
    question: str
    digest: str
    points: float | None
    comment: str
    line: int


@dataclass(frozen=True)
class ManualPoints:
    """All rows of a file; without a file, none."""

    entries: tuple[PointsRow, ...] = ()
    rows: tuple[dict[str, str], ...] = field(default=(), repr=False)

    def find(self, exercise: str, question: str, digest: str, submission: str) -> PointsRow | None:
        """Return the row about an answer: that of the same submission, else one with points."""
        equal = [row for row in self._about(exercise, question) if row.digest == digest]
        own = [row for row in equal if row.submission == submission]
        given = [row for row in own or equal if row.points is not None]
        return next(iter(given or own or equal), None)

    def changed(self, exercise: str, question: str, digest: str, submission: str) -> str:
        """Return a sentence if points were given for another answer of the same submission."""
        for row in self._about(exercise, question):
            if row.points and row.submission == submission and row.digest != digest:
                return (
                    f"{row.points:g} points were given for an earlier answer: it has changed since"
                )
        return ""

    def _about(self, exercise: str, question: str) -> list[PointsRow]:
        about = exercise, question
        return [row for row in self.entries if (row.exercise, row.question) == about]


#: Where there is no file.
NO_POINTS = ManualPoints()


def digest_of(exercise: str, question: str, answer: str) -> str:
    """Return the name of an answer: the same for the same text, spaces at line ends aside."""
    text = "\n".join(line.rstrip() for line in answer.strip().split("\n"))
    return hashlib.sha256("\0".join((exercise, question, text)).encode()).hexdigest()[:16]


def read_manual_points(file: Path | None, course: Course) -> ManualPoints:
    """Read the points in `file`; none without a file.

    Raises:
        BadInputError: a column is missing, or a row names no question in prose, or its points are
            no number from 0 to those of the question, or two rows disagree; with the line.
    """
    if file is None:
        return NO_POINTS
    rows = list(_rows(file))
    entries = [_entry(f"{file}, line {line}", line, row, course) for line, row in rows]
    seen: dict[tuple[str, ...], PointsRow] = {}
    for row in entries:
        key = (row.submission, row.exercise, row.question, row.digest)
        before = seen.setdefault(key, row)
        if before.points != row.points:
            raise BadInputError(
                f"{file}: lines {before.line} and {row.line} give different points for one "
                "answer: keep one of them"
            )
    return ManualPoints(tuple(entries), tuple(row for _, row in rows))


def _rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    text = read_text(file)
    head = text.split("\n", 1)[0]
    # Where a comma is the decimal sign, spreadsheets write semicolons.
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in head else ",")
    try:
        missing = [name for name in COLUMNS if name not in (*(reader.fieldnames or ()), *_OPTIONAL)]
        if missing:
            raise BadInputError(
                f"{file} has no column {', '.join(missing)}: `gradus manual-points {file.name} "
                "SUBMISSION` writes the rows to fill in"
            )
        for row in reader:
            plain = {name: value or "" for name, value in row.items() if isinstance(name, str)}
            if any(plain.values()):
                yield reader.line_num, plain
    except csv.Error as error:
        raise BadInputError(f"{file}, line {reader.line_num}, is not CSV: {error}") from None


def _entry(location: str, line: int, row: dict[str, str], course: Course) -> PointsRow:
    from autograder.course.questions.description import Prose  # most courses read no such file

    exercise, question = row["exercise"].strip(), row["question"].strip()
    known = course.exercise(exercise).questions if exercise in course.exercise_names else ()
    asked = [prose for prose in known if prose.id == question and isinstance(prose, Prose)]
    if not asked:
        raise BadInputError(f"{location}: '{exercise}' has no question in prose named '{question}'")
    return PointsRow(
        submission=row.get("submission", "").strip(),
        exercise=exercise,
        question=question,
        digest=row["answer"].strip().removeprefix(DIGEST_MARK),
        points=_points(location, row["points"], asked[0].points),
        comment=row.get("comment", "").strip(),
        line=line,
    )


def _points(location: str, text: str, possible: int) -> float | None:
    if not text.strip():
        return None
    try:
        points = float(text.replace(",", "."))
    except ValueError:
        points = math.nan
    if not 0 <= points <= possible:
        raise BadInputError(
            f"{location}: points must be a number from 0 to {possible}, not {text!r}"
        )
    return points
