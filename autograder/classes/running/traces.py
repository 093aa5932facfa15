"""Traces of a student who is forgotten: lines and paths that name them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property

from autograder.classes.collecting.attempts import Attempt
from autograder.classes.collecting.collection import Collection
from autograder.classes.rosters.identifiers import folded
from autograder.classes.rosters.roster import Student

_LETTER = r"[^\W\d_]"


@dataclass(frozen=True)
class Traces:
    """Finds the key, the identifiers and the name of a student in text.

    `s1` is found in ``s1_rnn.py``, and not in ``s12_rnn.py``: that is another student.
    """

    student: Student

    def are_in(self, text: str) -> bool:
        """Return whether `text` names the student."""
        return self._pattern.search(folded(text)) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """The words that name the student; Canvas writes names without blanks."""
        one = self.student
        joined = re.sub(r"\W", "", one.name)
        words = {folded(word) for word in (one.key, one.name, joined, *one.identifiers.values())}
        return re.compile("|".join(map(_whole, sorted(words - {""}))))


def _whole(word: str) -> str:
    """Return a pattern of `word`, where no letter or digit continues it with its like."""
    before, after = (r"\d" if end.isdecimal() else _LETTER for end in (word[0], word[-1]))
    return rf"(?<!{before}){re.escape(word)}(?!{after})"


def without_traces(collection: Collection, student: Student) -> Collection:
    """Return `collection` without lines and paths that name `student`.

    Work of a group stays with its other members: the path that it had in an export may name the
    member who handed it in.
    """
    traces = Traces(student)
    lines = {file: why for file, why in collection.unmatched.items()
             if not traces.are_in(f"{file} {why}")}  # fmt: skip
    return replace(
        collection,
        attempts=tuple(_unnamed(one, traces) for one in collection.attempts),
        unmatched=lines,
        notes=tuple(note for note in collection.notes if not traces.are_in(note)),
    )


def _unnamed(attempt: Attempt, traces: Traces) -> Attempt:
    """Return an attempt of others, whose files keep the paths that they have in its folder."""
    files = {path: path if traces.are_in(before) else before
             for path, before in attempt.files.items()}  # fmt: skip
    notes = tuple(note for note in attempt.notes if not traces.are_in(note))
    return replace(attempt, files=files, notes=notes)
