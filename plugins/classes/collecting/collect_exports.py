"""Collects exports into a collection: earlier attempts stay, equal ones are kept once."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from autograder.public.courses import QUESTIONS, Course
from autograder.public.submissions import Notes, load_submission, short
from framework.errors import BadInputError
from plugins.classes.collecting.attempt_files import Allowance, AttemptFiles
from plugins.classes.collecting.attempts import Attempt
from plugins.classes.collecting.collection import ATTEMPTS, FILE, Collection
from plugins.classes.collecting.export import Export, HandedIn, Owner, Reader, Reading, Wanted
from plugins.classes.rosters.privacy import private_folder
from plugins.classes.rosters.roster import Roster, Student, folded

#: Share of different names from which the roster probably belongs to another class.
ALARMING = 0.5

#: Returns the keys of an owner's students.
_Find = Callable[[Owner], tuple[str, ...]]


def _finder(roster: Roster | None, new: dict[str, Student], *, is_team_work: bool) -> _Find:
    """Return the function that finds students; without a roster, it adds each one to `new`."""

    def find(owner: Owner) -> tuple[str, ...]:
        if roster is None:
            kind, value = owner.identifiers[0]
            new.setdefault(value, Student(value, owner.name, {kind: value}))
            return (value,)
        if is_team_work:
            return roster.members(owner.identifiers)
        key = roster.find(owner.identifiers)
        return (key,) if key is not None else ()

    return find


#: Keys of the students, and version -> submitted files.
_Attempts = dict[tuple[tuple[str, ...], str], list[HandedIn]]


def _matched(
    path: Path, reading: Reading, find: _Find, students: Mapping[str, Student], notes: Notes
) -> tuple[_Attempts, dict[str, str]]:
    """Return the files of an export by attempt, and the files without a student -> the reason."""
    attempts: _Attempts = defaultdict(list)
    unmatched = {str(file): why for file, why in reading.unmatched.items()}
    names: dict[str, str] = {}
    for handed_in in reading.found:
        found = [find(owner) for owner in handed_in.owners]
        keys = sorted({key for keys in found for key in keys})
        if keys:
            attempts[tuple(keys), handed_in.version].append(handed_in)
        if () in found:
            owner = handed_in.owners[found.index(())]
            named = " or ".join(f"{kind} {value}" for kind, value in owner.identifiers[:2])
            name = f" ({owner.name})" if owner.name else ""
            why = f"no student in the roster has {short(named + name)}"
            unmatched[str(handed_in.file)] = why
        if len(keys) == len(handed_in.owners) == 1:
            names[keys[0]] = handed_in.owners[0].name
    # An anonymous export gives all students one name.
    if len(names) < 2 or len(set(names.values())) > 1:
        doubtful = [key for key in names if not _agree(names[key], students[key].name)]
        alone = sum(len(keys) == 1 for keys, _ in attempts)
        if doubtful and len(doubtful) >= ALARMING * alone:
            notes.add(
                f"{path.name}: {len(doubtful)} of {alone} names differ from those of the "
                "roster. Is it the roster of this assignment?"
            )
    return attempts, unmatched


def _agree(exported: str, listed: str) -> bool:
    """Return whether two names share a word, or one of them is missing."""
    words = re.findall(r"\w+", folded(listed))
    return not words or not exported or any(word in folded(exported) for word in words)


_NEW = ".new"
MAX_NOTES = 1_000


def collect(
    former: Collection,
    paths: Iterable[Path],
    reader: Reader,
    roster: Roster | None,
    wanted: Wanted,
    times: Mapping[str, datetime],
    course: Course,
) -> Collection:
    """Add the attempts in exports to a collection, and save it.

    `paths` are folders and zips, oldest first. `times` has the times of attempts whose export names
    none. After an error, the collection is as it was.
    """
    notes = Notes(MAX_NOTES, "more notes")
    exports = [Export(path, notes.add) for path in paths]
    for export in exports:
        if former.folder.resolve().is_relative_to(export.path.resolve()):
            raise BadInputError(f"{export.path} holds {former.folder}: collect into another folder")
    private_folder(former.folder)
    if not (former.folder / FILE).exists():
        former.save()  # so that the command can be run again, wherever it is interrupted
    folder = private_folder(former.folder / ATTEMPTS)
    attempts = {attempt.id: attempt for attempt in former.attempts}
    for child in folder.iterdir():
        if child.name not in attempts and child.is_dir():  # of an interrupted run
            shutil.rmtree(child)
    new: dict[str, Student] = {}
    find = _finder(roster, new, is_team_work=wanted.is_team_work)
    students = roster.students if roster is not None else new
    known = roster.values if roster is not None else wanted.known

    def due(owner: Owner) -> datetime | None:
        dates = [former.policy.due_date(key) for key in find(owner)]
        return max((date for date in dates if date is not None), default=former.policy.due)

    wanted = replace(wanted, known=known, due=due)  # due dates decide about commits
    order = max((attempt.order for attempt in former.attempts), default=-1) + 1
    unmatched: dict[str, str] = {}
    for export in exports:
        reading = reader(export, wanted)
        for note in reading.notes:
            notes.add(f"{export.path.name}: {note}")
        listed, unknown = _matched(export.path, reading, find, students, notes)
        unmatched |= unknown
        for attempt in _written(export, listed, folder, times, course):
            attempts[attempt.id] = replace(attempt, order=order)
            order += 1
    with_attempts = {key for attempt in attempts.values() for key in attempt.students}
    left = {
        key: student
        for key, student in former.students.items()
        if key in with_attempts and key not in students
    }
    collection = replace(
        former,
        students={**students, **left},
        has_roster=roster is not None,
        attempts=tuple(attempts.values()),
        unmatched=unmatched,
        notes=notes.all(),
    )
    collection.save()
    return collection


def _written(
    export: Export,
    listed: _Attempts,
    folder: Path,
    times: Mapping[str, datetime],
    course: Course,
) -> Iterator[Attempt]:
    """Write the files of all attempts, and yield the attempts in their order of time."""
    expected = (*course.exercise_names, QUESTIONS.partition(".")[0])
    allowances: dict[tuple[str, ...], Allowance] = defaultdict(Allowance)
    written = [
        (students, parts, AttemptFiles(folder / _NEW / str(i), expected, allowances[students]))
        for i, ((students, _), parts) in enumerate(listed.items())
    ]
    parts_and_files = [(part, files) for _, parts, files in written for part in parts]
    plain = {part.file: (part, files) for part, files in parts_and_files if part.read is None}
    for file, read in export.each(plain):  # those in an archive in its order
        part, files = plain[file]
        files.add(part.inner, read)
    for part, files in parts_and_files:
        if part.read is not None:
            files.add(part.inner, part.read)
    made = [
        (_attempt(students, parts, files, times, course), files)
        for students, parts, files in written
    ]
    for attempt, files in sorted(made, key=lambda pair: pair[0].place):
        if (folder / attempt.id).exists():
            shutil.rmtree(files.folder)
        else:
            files.folder.rename(folder / attempt.id)
        yield attempt
    shutil.rmtree(folder / _NEW, ignore_errors=True)


def _attempt(
    students: tuple[str, ...],
    parts: Sequence[HandedIn],
    files: AttemptFiles,
    times: Mapping[str, datetime],
    course: Course,
) -> Attempt:
    known = [part.submitted for part in parts if part.submitted is not None]
    moments = known or [times[key] for key in students if key in times]
    submitted = max(moments).astimezone(UTC) if moments else None
    flags = [part.is_late for part in parts if part.is_late is not None]
    originals = files.finish()
    about = [list(students), submitted.isoformat() if submitted else None, files.digest()]
    id = hashlib.sha256(json.dumps(about).encode()).hexdigest()[:16]
    is_late = any(flags) if flags else None
    with load_submission(files.folder, course) as loaded:  # files of no exercise are readable
        is_readable = bool(originals) and (bool(loaded.files) or not loaded.unread)
    notes = files.notes.all()
    return Attempt(id, students, submitted, is_late, 0, originals, notes, is_readable)
