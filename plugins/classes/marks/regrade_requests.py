"""Regrade requests of students: rows of a CSV file become rows of ``points.csv``.

    email,exercise,part,request
    ana@uni.example,rnn,backward,The sum of my gradients is right for a batch of one.

The column ``part`` may be missing or blank: then the request is about the whole exercise.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from framework.errors import BadInputError
from plugins.classes.marks.class_results import ClassResults
from plugins.classes.marks.final_points import digests
from plugins.classes.marks.manual_points import ManualEntries, ManualEntry
from plugins.classes.rosters.roster import Roster
from plugins.classes.rosters.tables import read_csv

#: Columns of the part, and of the text of the student, under the names that forms often have.
_PARTS = ("part", "task", "question")
_TEXTS = ("request", "reason", "text", "message")
#: Characters of a request that are kept.
MAX_REQUEST = 2000


def add_requests(
    file: Path, results: ClassResults, entries: ManualEntries
) -> tuple[ManualEntries, list[str]]:
    """Return `entries` with the requests in `file`, and a line for each row that cannot be used.

    Points stay. A comment from before a request becomes a part of it, so that the next comment
    answers the request. The same file again changes nothing.
    """
    table = read_csv(file)
    texts = [name for name in _TEXTS if name in table.columns]
    if "exercise" not in table.columns or not texts:
        raise BadInputError(
            f"{file} has no column {'request' if not texts else 'exercise'}: expected a column "
            f"that identifies students, exercise and request; found {', '.join(table.header)}"
        )
    roster = Roster(results.students.values())
    rows = {entry.place: entry for entry in entries.all}
    unused, used = [], 0
    for row, student in roster.rows(table, ": expected student, email or username"):
        part = next(filter(None, map(row.value, _PARTS)), "")
        try:
            new = _entry(results, student, row.value("exercise"), part)
        except LookupError as error:
            unused.append(f"line {row.line}: {error.args[0]}")
            continue
        text = row.value(texts[0])[:MAX_REQUEST]
        used += 1
        rows[new.place] = _requested(rows.get(new.place, new), text)
    if not used:
        raise BadInputError(f"{file}: no row is about work of this run: {'; '.join(unused[:3])}")
    return ManualEntries(rows.values()), unused


def _entry(results: ClassResults, student: str | None, exercise: str, part: str) -> ManualEntry:
    """Return a new row about work of the run; `LookupError` says why there is no such work."""
    if student is None:
        raise LookupError("no such student")
    outcome = results.outcomes.get((student, exercise))
    if outcome is None or outcome.work is None:
        raise LookupError(f"no result of this student for '{exercise}'")
    work = digests(outcome)
    if part not in work:
        raise LookupError(f"no part '{part}' in {exercise}")
    about = next((task for task in outcome.work.tasks if task.name == part), outcome.work)
    return ManualEntry(
        student, exercise, part, work[part],
        about="request", earned=f"{about.earned:g}", possible=f"{about.possible:g}",
    )  # fmt: skip


def _requested(row: ManualEntry, text: str) -> ManualEntry:
    """Return `row` with the request `text`; a request that it has already leaves it as it is."""
    if not text or text in row.request:
        return row
    earlier = f"(earlier comment: {row.comment})" if row.comment else ""
    return replace(row, request=" ".join(filter(None, (row.request, earlier, text))), comment="")
