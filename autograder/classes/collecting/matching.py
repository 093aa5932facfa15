"""Finds the students to whom the files of an export belong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from autograder.classes.exports.handed_in import HandedIn, Owner, Reading
from autograder.classes.rosters.identifiers import folded
from autograder.classes.rosters.roster import Roster, Student
from autograder.submissions.notes import short

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


class Matcher:
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
        for one in reading.found:
            keys = sorted({key for owner in one.owners for key in self.find(owner)})
            unknown = [owner for owner in one.owners if not self.find(owner)]
            if keys:
                matched.attempts.setdefault((tuple(keys), one.version), []).append(one)
            if unknown:
                matched.unmatched[str(one.file)] = _no_student(unknown[0])
            if len(keys) == len(one.owners) == 1:
                names[keys[0]] = one.owners[0].name
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
