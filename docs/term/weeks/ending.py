"""The end of the term: a student is forgotten, and what is old expires."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

from docs.term.desk import Desk
from docs.transcripts.record import Event

#: What the instructor deletes: exports, and what was written from them.
_OWN = ("downloads", "clones", "handed_in", "before", "pages", "similar")
_FILES = "*.csv", "*.zip"


def played(desk: Desk) -> Iterator[Event]:
    """Yield what happens at the end."""
    labs = sorted(path.parent.name for path in desk.folder.glob("lab?/collection.json"))
    yield from _forgotten(desk, labs)
    yield from _gone(desk, labs)
    yield from _expired(desk)


def _forgotten(desk: Desk, labs: list[str]) -> Iterator[Event]:
    leaver = desk.people.leaver
    said = (
        "## The end of the term\n\n"
        f"{leaver.name} leaves the university, and asks to be forgotten. `class forget` removes "
        "name, identifiers, attempts, results, and points from a collection, and is called for "
        "each of them. The work of week 3 stays with the other member of the pair."
    )
    removed = [desk.type(said, f"gradus class forget {leaver.key} --in {lab}") for lab in labs]
    yield removed[0]
    for lab, event in zip(labs, removed, strict=True):
        attempts = 0 if lab == "lab3" else 1
        expected = f"removed: 1 student, {attempts} attempt"
        desk.claim(event.output.startswith(expected), f"{lab}: {event.output}")


def _gone(desk: Desk, labs: list[str]) -> Iterator[Event]:
    """Delete what is the instructor's own, and look for what is left."""
    leaver = desk.people.leaver
    _delete_own(desk)
    desk.write("class.csv", desk.people.roster(without=[leaver]))
    yield desk.type(
        "Exports, rosters, tables and pages are the instructor's own files. They are deleted, and "
        "the pages are written again.",
        "gradus class report 0 pages --in lab3 --names",
    )
    if "lab4" in labs:
        desk.type("", "gradus class similarity 0 similar --in lab4 --source lab4-2025 --names")
    code, output = desk.shell.ended(f"grep -r -l -a -w {leaver.key} .")
    desk.claim((code, output) == (1, ""), f"{leaver.key} is still in: {output}")
    yield Event(
        "Nothing is left: not in a store, not in a collection, not on a page.",
        f"grep -r -l -a -w {leaver.key} .",
        output,
    )
    _check_nothing_left(desk)


def _delete_own(desk: Desk) -> None:
    for name in _OWN:
        shutil.rmtree(desk.folder / name, ignore_errors=True)
    for pattern in _FILES:
        for file in desk.folder.glob(pattern):
            file.unlink()


def _check_nothing_left(desk: Desk) -> None:
    """Claim that no file names the leaver in any way."""
    leaver = desk.people.leaver
    words = [leaver.key, leaver.email, leaver.github, leaver.participant, leaver.canvas]
    if sum(person.name == leaver.name for person in desk.people.people) == 1:
        words.append(leaver.name)
    pattern = re.compile("|".join(rf"(?<![\w.]){re.escape(word)}(?!\w)" for word in words).encode())
    for file in desk.folder.rglob("*"):
        if file.is_file() and file.relative_to(desk.folder).parts[0] not in _COURSE:
            match = pattern.search(file.read_bytes())
            desk.claim(match is None, f"{file} holds {match}")


_COURSE = ("exercises", "solutions")


def _expired(desk: Desk) -> Iterator[Event]:
    if not (desk.folder / "lab4-2025").exists():
        return
    removed = desk.type(
        "*Retention.* What is older than a year expires: attempts, runs, and students who have "
        "nothing left.",
        "gradus class expire --older-than 365 --in lab4-2025",
    )
    yield removed
    desk.claim(removed.output.startswith("removed: 10 students, 10 attempts"), removed.output)
