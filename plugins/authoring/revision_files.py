"""Revisions of a course as files, and what changed for grades from one to another."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from autograder.course.identity import REVISION_FORMAT, ExerciseFacts, Revision, revision_file

#: Fact -> what is said where it differs.
_CONTENTS = {
    "code": "the code of its checks",
    "solution": "its solution, which the reference's answers come from",
    "settings": "its time limits, tasks, requirements, packages or questions",
}


def write_revision(revision: Revision, root: Path) -> None:
    """Write the facts of `revision` into the course at `root`."""
    table = {"format": REVISION_FORMAT, "hash": revision.hash, **asdict(revision)}
    text = json.dumps(table, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    revision_file(root).write_text(text, "utf-8", newline="\n")


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
