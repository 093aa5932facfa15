"""nbgrader's folders: submitted/STUDENT/ASSIGNMENT, and the inbound folder of its exchange."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import PurePosixPath

from autograder.classes.exports.export import Export
from autograder.classes.exports.handed_in import HandedIn, Owner, Reading, Wanted
from autograder.classes.rosters.moments import read_moment
from autograder.submissions.notes import short
from framework.errors import BadInputError

_TIMESTAMP = "timestamp.txt"
_INBOUND = re.compile(
    r"(?P<student>[^+]+)\+(?P<assignment>[^+]+)\+(?P<time>[^+]+)(\+.*)?", re.DOTALL
)
_MAX_TIMESTAMP = 1 << 10


def read_nbgrader(export: Export, wanted: Wanted) -> Reading:
    """Return the files of each student for one assignment.

    Raises:
        BadInputError: there are several assignments, and none is chosen.
    """
    depth = _depth(export.files)
    places = {file: _place(file, depth) for file in export.files}
    assignment = _assignment(places, wanted)
    times = _times(export, places, wanted)
    reading = Reading()
    for file, place in places.items():
        if place is None:
            reading.unmatched[file] = "it is not in submitted/STUDENT/ASSIGNMENT"
        elif place.assignment == assignment and file.name != _TIMESTAMP:
            owner = Owner((("student", place.student), ("username", place.student)))
            submitted = times.get(place.folder) or read_moment(place.time, wanted.zone)
            version = place.time
            reading.found.append(HandedIn(file, place.inner, (owner,), version, submitted))
    return reading


class _Place:
    """What the folders of a file say."""

    def __init__(self, student: str, assignment: str, folder: PurePosixPath, inner: PurePosixPath):
        self.student, self.assignment, self.folder, self.inner = student, assignment, folder, inner
        self.time = ""


def _depth(files: Sequence[PurePosixPath]) -> int:
    """Return the number of folders that are around all files.

    What stands deeper than the first folder below these was named by a student.
    """
    parents = [file.parent.parts for file in files]
    first, last = min(parents, default=()), max(parents, default=())
    return next(
        (n for n, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]),
        len(first),
    )


def _place(file: PurePosixPath, depth: int) -> _Place | None:
    parts = file.parts
    ours = parts[: depth + 1]
    attempts = parts[: depth + 2] if ours[-1] == "inbound" else ours
    for index, part in enumerate(attempts[: len(parts) - 1]):
        if match := _INBOUND.fullmatch(part):
            folder, inner = PurePosixPath(*parts[: index + 1]), PurePosixPath(*parts[index + 1 :])
            place = _Place(match["student"], match["assignment"], folder, inner)
            place.time = match["time"]
            return place
    start = ours.index("submitted") + 1 if "submitted" in ours else 0
    if len(parts) < start + 3:
        return None
    folder, inner = PurePosixPath(*parts[: start + 2]), PurePosixPath(*parts[start + 2 :])
    return _Place(parts[start], parts[start + 1], folder, inner)


def _assignment(places: Mapping[PurePosixPath, _Place | None], wanted: Wanted) -> str:
    found = sorted({place.assignment for place in places.values() if place is not None})
    if wanted.assignment:
        return wanted.assignment
    if len(found) > 1:
        shown = ", ".join(map(short, found[:12]))
        raise BadInputError(f"there are several assignments: choose with `--assignment`: {shown}")
    return found[0] if found else ""


def _times(
    export: Export, places: Mapping[PurePosixPath, _Place | None], wanted: Wanted
) -> dict[PurePosixPath, datetime]:
    """Return folder of a student's work -> the time in its ``timestamp.txt``."""
    found = {}
    listed = [file for file, place in places.items() if place and file.name == _TIMESTAMP]
    for file, read in export.each(listed):
        moment = read_moment(read(_MAX_TIMESTAMP).decode("utf-8", "replace"), wanted.zone)
        if moment is not None:
            found[file.parent] = moment
    return found
