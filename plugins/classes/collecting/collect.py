"""Collects exports into a collection: earlier attempts stay, equal ones are kept once."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Collection as Names
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from autograder.public.submissions import Notes, short
from plugins.classes.collecting.attempt_files import Allowance, AttemptFiles
from plugins.classes.collecting.attempts import Attempt
from plugins.classes.collecting.collection import ATTEMPTS, Collection
from plugins.classes.collecting.export import Export, HandedIn, Owner, Reader, Reading, Wanted
from plugins.classes.rosters.privacy import private_folder
from plugins.classes.rosters.roster import Roster, Student, folded

#: At this share of names that differ, the roster is probably that of another assignment.
ALARMING = 0.5


@dataclass
class Matched:
    """Files by attempt, and what belongs to no student.

    Attributes:
        attempts: (keys of the students, version) -> files.
        unmatched: file -> why.
        doubtful: keys of students whose names in the export and the roster have no word in common.
    """

    attempts: dict[tuple[tuple[str, ...], str], list[HandedIn]] = field(default_factory=dict)
    unmatched: dict[str, str] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)


class StudentMatcher:
    """Finds students by the identifiers that an export names.

    Args:
        roster: None to take every identifier for a student.
        is_team_work: whether owners are groups.
    """

    def __init__(self, roster: Roster | None, *, is_team_work: bool = False) -> None:
        self._roster, self._is_team_work = roster, is_team_work
        self._new: dict[str, Student] = {}

    @property
    def students(self) -> Mapping[str, Student]:
        """All students: of the roster, or else those that were found."""
        return self._roster.students if self._roster is not None else self._new

    def match(self, reading: Reading) -> Matched:
        """Return the files of `reading` by attempt."""
        matched = Matched(unmatched={str(file): why for file, why in reading.unmatched.items()})
        names: dict[str, str] = {}
        for handed_in in reading.found:
            keys = sorted({key for owner in handed_in.owners for key in self.find(owner)})
            unknown = [owner for owner in handed_in.owners if not self.find(owner)]
            if keys:
                matched.attempts.setdefault((tuple(keys), handed_in.version), []).append(handed_in)
            if unknown:
                matched.unmatched[str(handed_in.file)] = _no_student(unknown[0])
            if len(keys) == len(handed_in.owners) == 1:
                names[keys[0]] = handed_in.owners[0].name
        matched.doubtful = self._doubtful(names)
        return matched

    def find(self, owner: Owner) -> tuple[str, ...]:
        """Return the keys of the students that `owner` stands for."""
        if self._roster is None:
            return (self._learned(owner),)
        if self._is_team_work:
            return self._roster.members(owner.identifiers)
        key = self._roster.find(owner.identifiers)
        return (key,) if key is not None else ()

    def _learned(self, owner: Owner) -> str:
        kind, value = owner.identifiers[0]
        self._new.setdefault(value, Student(value, owner.name, {kind: value}))
        return value

    def _doubtful(self, names: Mapping[str, str]) -> set[str]:
        """Return keys whose names differ; anonymous exports give all students one name."""
        if max(Counter(names.values()).values(), default=0) > 1 and len(set(names.values())) == 1:
            return set()
        return {key for key, name in names.items() if not _agree(name, self.students[key].name)}


def _agree(exported: str, listed: str) -> bool:
    """Return whether a word of one name is in the other, or one is not given."""
    words = re.findall(r"\w+", folded(listed))
    return not words or not exported or any(word in folded(exported) for word in words)


def _no_student(owner: Owner) -> str:
    named = " or ".join(f"{kind} {value}" for kind, value in owner.identifiers[:2])
    name = f" ({owner.name})" if owner.name else ""
    return f"no student in the roster has {short(named + name)}"


_NEW = ".new"
MAX_NOTES = 1_000


@dataclass(frozen=True)
class Sources:
    """The exports to collect.

    Attributes:
        paths: folders and zips, oldest first.
        reader: reads each of them.
        roster: None if there is none.
        times: key of a student -> time of an attempt whose export names none.
        expected: names without suffix that the files of exercises have.
    """

    paths: Sequence[Path]
    reader: Reader
    roster: Roster | None
    wanted: Wanted
    times: Mapping[str, datetime]
    expected: Names[str]


def collect(former: Collection, sources: Sources) -> Collection:
    """Add the attempts in `sources` to a collection, and save it.

    Raises:
        BadInputError: an export cannot be read at all; the collection is left as it was.
    """
    private_folder(former.folder)
    folder = private_folder(former.folder / ATTEMPTS)
    _sweep(folder, former.attempts)
    notes = Notes(MAX_NOTES, "more notes")
    matcher = StudentMatcher(sources.roster, is_team_work=sources.wanted.is_team_work)
    attempts = {attempt.id: attempt for attempt in former.attempts}
    order = max((attempt.order for attempt in former.attempts), default=-1) + 1
    unmatched: dict[str, str] = {}
    for path in sources.paths:
        export = Export(path, notes.add)
        reading = sources.reader(export, _asking(sources, matcher, former))
        matched = matcher.match(reading)
        unmatched |= matched.unmatched
        for attempt in _written(export, matched, sources, folder):
            attempts[attempt.id] = replace(attempt, order=order)
            order += 1
        _warn(notes, path, reading, matched)
    collection = replace(
        former,
        students=_students(former, matcher, attempts.values()),
        has_roster=sources.roster is not None,
        attempts=tuple(attempts.values()),
        unmatched=unmatched,
        notes=notes.all(),
    )
    collection.save()
    return collection


def _students(
    former: Collection, matcher: StudentMatcher, attempts: Iterable[Attempt]
) -> dict[str, Student]:
    """Return the students of the roster, and those who have left it with an attempt."""
    with_attempts = {key for attempt in attempts for key in attempt.students}
    left = {key: student for key, student in former.students.items() if key in with_attempts}
    return dict(matcher.students) | {k: v for k, v in left.items() if k not in matcher.students}


def _asking(sources: Sources, matcher: StudentMatcher, former: Collection) -> Wanted:
    """Return what a reader knows: also due dates, which decide about commits."""

    def due(owner: Owner) -> datetime | None:
        dates = [former.policy.due_date(key) for key in matcher.find(owner)]
        return max((date for date in dates if date is not None), default=former.policy.due)

    known = sources.roster.values if sources.roster is not None else lambda *kinds: set[str]()
    return replace(sources.wanted, known=known, due=due)


def _sweep(folder: Path, attempts: Iterable[Attempt]) -> None:
    """Remove what an interrupted run has left."""
    kept = {attempt.id for attempt in attempts}
    for child in folder.iterdir():
        if child.name not in kept:
            shutil.rmtree(child)


def _written(export: Export, matched: Matched, sources: Sources, folder: Path) -> Iterator[Attempt]:
    """Write the files of all attempts, and yield the attempts in their order of time."""
    keys = list(matched.attempts)
    allowances: dict[tuple[str, ...], Allowance] = defaultdict(Allowance)
    written = [
        AttemptFiles(folder / _NEW / str(index), sources.expected, allowances[students])
        for index, (students, _) in enumerate(keys)
    ]
    pairs = zip(written, matched.attempts.values(), strict=True)
    _write_files(export, list(pairs))
    made = [
        _attempt(students, matched.attempts[students, version], files, sources)
        for (students, version), files in zip(keys, written, strict=True)
    ]
    in_time = sorted(zip(made, written, strict=True), key=lambda pair: pair[0].place)
    for attempt, files in in_time:
        if (folder / attempt.id).exists():
            shutil.rmtree(files.folder)
        else:
            files.folder.rename(folder / attempt.id)
        yield attempt
    shutil.rmtree(folder / _NEW, ignore_errors=True)


def _write_files(
    export: Export, attempts: Sequence[tuple[AttemptFiles, Sequence[HandedIn]]]
) -> None:
    """Write all files; those in an archive in its order."""
    places = {
        handed_in.file: (files, handed_in)
        for files, listed in attempts
        for handed_in in listed
        if handed_in.read is None
    }
    for file, read in export.each(places):
        files, handed_in = places[file]
        files.add(handed_in.inner, read)
    for files, listed in attempts:
        for handed_in in listed:
            if handed_in.read is not None:
                files.add(handed_in.inner, handed_in.read)


def _attempt(
    students: tuple[str, ...], handed_in: Sequence[HandedIn], files: AttemptFiles, sources: Sources
) -> Attempt:
    submitted = max(
        (part.submitted for part in handed_in if part.submitted is not None), default=None
    )
    if submitted is None:
        times = [sources.times[key] for key in students if key in sources.times]
        submitted = max(times, default=None)
    flags = [part.is_late for part in handed_in if part.is_late is not None]
    originals = files.finish()
    moment = submitted.astimezone(UTC) if submitted is not None else None
    about = [list(students), moment.isoformat() if moment else None, files.digest()]
    id = hashlib.sha256(json.dumps(about).encode()).hexdigest()[:16]
    is_late = any(flags) if flags else None
    return Attempt(id, students, moment, is_late, 0, originals, files.notes.all())


def _warn(notes: Notes, path: Path, reading: Reading, matched: Matched) -> None:
    """Note what an instructor should look at."""
    for note in reading.notes:
        notes.add(f"{path.name}: {note}")
    alone = sum(len(students) == 1 for students, _ in matched.attempts)
    if matched.doubtful and len(matched.doubtful) >= ALARMING * alone:
        notes.add(
            f"{path.name}: {len(matched.doubtful)} of {alone} names differ from those of the "
            "roster. Is it the roster of this assignment?"
        )
