"""Revisions of a course as files, and what changed for grades from one to another.

``gradus course pin`` writes the facts of a revision into ``exercises/revision.json``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec

from autograder.course.identity import ExerciseFacts, Revision
from autograder.course.reading import Course
from framework.errors import BadInputError
from framework.text_files import read_text

#: The format of ``revision.json``.
FORMAT = 1

#: Fact -> what is said where it differs.
_CONTENTS = {
    "code": "the code of its checks",
    "solution": "its solution, which the reference's answers come from",
    "settings": "its time limits, tasks, requirements, packages or questions",
}


def revision_file(root: Path) -> Path:
    """Return the file with the facts of the pinned revision of the course at `root`."""
    return root / "exercises" / "revision.json"


def write_revision(revision: Revision, root: Path) -> None:
    """Write the facts of `revision` into the course at `root`."""
    table = {"format": FORMAT, "hash": revision.hash, **asdict(revision)}
    text = json.dumps(table, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    revision_file(root).write_text(text, "utf-8", newline="\n")


def read_revision(file: Path) -> Revision:
    """Return the revision in a ``revision.json``."""
    try:
        table = msgspec.json.decode(read_text(file), type=dict[str, Any])
        if table.get("format") != FORMAT:
            raise BadInputError(
                f"{file} has the format {table.get('format')}, and this version of gradus reads "
                f"{FORMAT}: `gradus course pin` with the version of the course's files writes it"
            )
        revision = msgspec.convert(table, Revision)
        if revision.hash != table.get("hash"):
            raise ValueError("its hash is another one")
        return revision
    except ValueError as error:
        raise BadInputError(
            f"{file} is damaged ({error}): take it from the course's history, or pin the course "
            "again with `gradus course pin`"
        ) from None


def pinned_revision(course: Course) -> Revision | None:
    """Return the revision that the course is pinned to; None if it is not pinned."""
    if not course.revision:
        return None
    revision = read_revision(revision_file(course.root))
    if revision.hash != course.revision:
        raise BadInputError(
            f"{revision_file(course.root)} is of revision {revision.hash[:8]}, and course.toml of "
            f"{course.revision[:8]}: take both from the course's history, or pin the course again "
            "with `gradus course pin`"
        )
    return revision


def changes(old: Revision, new: Revision) -> Iterator[str]:
    """Yield a line for each change that may move a grade; none if there is none."""
    for name, facts in old.exercises.items():
        if name not in new.exercises:
            yield f"{name}: removed, with {facts.points} points"
    for name, facts in new.exercises.items():
        if name not in old.exercises:
            yield f"{name}: added, with {facts.points} points"
        else:
            yield from (f"{name}: {text}" for text in _of_one(old.exercises[name], facts))


def _of_one(old: ExerciseFacts, new: ExerciseFacts) -> Iterator[str]:
    if old.points != new.points:
        yield f"points {old.points} -> {new.points}"
    yield from _of_table("check", old.checks, new.checks, " points")
    yield from _of_table("threshold", old.thresholds, new.thresholds, "")
    for fact, text in _CONTENTS.items():
        if getattr(old, fact) != getattr(new, fact):
            yield f"{text} changed"


def _of_table(
    what: str, old: Mapping[str, float], new: Mapping[str, float], unit: str
) -> Iterator[str]:
    yield from (f"{what} {name} removed ({old[name]:g}{unit})" for name in old if name not in new)
    for name, value in new.items():
        if name not in old:
            yield f"{what} {name} added ({value:g}{unit})"
        elif old[name] != value:
            yield f"{what} {name} {old[name]:g} -> {value:g}{unit}"
