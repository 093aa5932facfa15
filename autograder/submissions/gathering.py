"""Gathers the files of a submission by exercise; a file that cannot be read costs no other file.

Files from before an exercise was renamed or split are still found: ``exercise.toml`` of the new
exercise names the old one, as in ``formerly = ["ngram"]``.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from autograder.course.reading import Course, Exercise
from autograder.submissions.candidates import Candidate, is_archive, suffix
from autograder.submissions.notes import OnNote, reason, short
from autograder.submissions.recognition import (
    meant_exercise,
    mentioned_exercise,
    recognised,
    stem_of,
)
from autograder.submissions.submitted_file import SubmittedFile
from framework.errors import BadInputError

if TYPE_CHECKING:
    from autograder.submissions.submitted_file import SubmittedFile

#: Different files of one exercise that are read: a notebook may take seconds.
MAX_VERSIONS = 8


class Gathering:
    """The files of a submission, taken in one by one.

    Args:
        names: exercises whose files are looked for.
        on_note: called with a sentence for each file that is left out.

    Attributes:
        unread: exercise -> why no file of it can be graded.
    """

    def __init__(self, course: Course, names: Collection[str], on_note: OnNote) -> None:
        self.unread: dict[str, str] = {}
        self._course, self._names, self._on_note = course, names, on_note
        self._moved = moved_exercises(course, names)
        self._found: dict[str, list[SubmittedFile]] = defaultdict(list)
        self._former: dict[str, SubmittedFile] = {}
        self._seen: dict[tuple[str, str], set[bytes]] = defaultdict(set)
        self._left_out: dict[str, str] = {}
        self._others: dict[str, str] = {}
        self._archives: list[PurePosixPath] = []

    def add(self, candidate: Candidate, *, is_single: bool) -> None:
        """Read `candidate`, if it belongs to one of the exercises.

        Args:
            is_single: whether it is all that was handed in: its tasks tell its exercise then.
        """
        stem = candidate.inner.stem
        try:
            by_tasks = is_single and stem not in self._moved
            exercise = recognised(candidate, self._course, self._names, by_tasks=by_tasks)
        except Exception as error:
            self._on_note(_told(candidate, error))
            return
        if exercise in self._names and (file := self._read(candidate, exercise, exercise)):
            self._found[exercise].append(file)
        elif not exercise and suffix(candidate.inner) in (".py", ".ipynb"):
            self._others.setdefault(stem, candidate.shown)
            if name := mentioned_exercise(stem, self._names):
                self._leave_out(candidate.inner, name, "is not read: its name is no exercise's")
        for heir in self._moved.get(exercise or stem, ()):
            if file := self._read(candidate, heir.name, exercise):
                self._former[heir.name] = file

    def add_other(self, inner: PurePosixPath) -> None:
        """Remember a file of another kind, which a note names if its exercise has no file."""
        if is_archive(inner):
            self._archives.append(inner)
        elif name := meant_exercise(stem_of(inner), self._names):
            self._leave_out(inner, name, "is not read: it is no .py and no .ipynb")

    def _leave_out(self, inner: PurePosixPath, name: str, why: str) -> None:
        told = f"{short(str(inner))} {why}. Expected {self._expected(name)}"
        self._left_out.setdefault(name, told)

    def _expected(self, name: str) -> str:
        return self._course.exercise(name).stub.name

    def _read(self, candidate: Candidate, name: str, own: str) -> SubmittedFile | None:
        """Return the code for the exercise `name` in `candidate`, which belongs to `own`.

        None for a file that cannot be read, and for a copy of a file that was read.
        """
        try:
            if not self._is_new(candidate, (name, own)):
                return None
            return SubmittedFile.read(candidate, self._course.exercise(name))
        except Exception as error:
            told = _told(candidate, error)
            self._on_note(told)
            if name == own:
                self.unread.setdefault(name, told)
            return None

    def _is_new(self, candidate: Candidate, owner: tuple[str, str]) -> bool:
        """Return whether no file with the same bytes was read for the exercises in `owner`.

        Raises:
            BadInputError: too many different files were read for them.
        """
        seen, digest = self._seen[owner], hashlib.sha256(candidate.read()).digest()
        if digest in seen:
            return False
        if len(seen) >= MAX_VERSIONS:
            raise BadInputError(
                f"{candidate.shown} is not read: there are more than {MAX_VERSIONS} different "
                f"files for exercise '{owner[0]}'. Remove all but one"
            )
        seen.add(digest)
        return True

    def files(self) -> dict[str, SubmittedFile]:
        """Return the file of each exercise that has one, in the order of the course."""
        chosen = {
            name: self._chosen(name, files_found) for name, files_found in self._found.items()
        }
        files = {name: file for name, file in chosen.items() if file is not None}
        files |= from_former_files(files, self._former, self._course)
        for name in files:
            self.unread.pop(name, None)
        self._note_others(files)
        return {name: files[name] for name in self._course.exercise_names if name in files}

    def _chosen(self, name: str, versions: list[SubmittedFile]) -> SubmittedFile | None:
        """Return the file among `versions` that counts; None if it is ambiguous."""
        exercise = self._course.exercise(name)
        different = list({file.source: file for file in reversed(versions)}.values())[::-1]
        if len(different) == 1:  # no need to parse it, and its stub, now
            self._note_choice(different[0], [])
            return different[0]
        begun = [file for file in different if file.has_work(exercise)]
        best = [file for file in begun or different if not _has_addition(file)]
        best = best or begun or different
        if begun and len(best) > 1:
            self.unread[name] = _two_files(best, exercise)
            self._on_note(self.unread[name])
            return None
        self._note_choice(best[0], [file for file in begun if file not in best])
        return best[0]

    def _note_others(self, files: Mapping[str, SubmittedFile]) -> None:
        """Note what was left out and is missed: files of exercises, helpers, and archives."""
        for name, told in self._left_out.items():
            if name not in files and name not in self.unread:
                self._on_note(told)
        for file in files.values():
            for helper in sorted(file.imported & self._others.keys()):
                self._on_note(_helper(self._others[helper], file.shown))
        for inner in self._archives if not files else ():
            self._on_note(f"{short(str(inner))} is not read: unpack it, or hand it in alone")

    def _note_choice(self, chosen: SubmittedFile, others: list[SubmittedFile]) -> None:
        """Note that `chosen` is read under another name, or which of `others` are not."""
        expected = self._expected(chosen.exercise)
        if _has_addition(chosen):
            self._on_note(f"{chosen.shown} is read as {expected}")
        for file in others:
            self._on_note(f"{file.shown} is not read: {chosen.shown} has the expected name")


def _has_addition(file: SubmittedFile) -> bool:
    """Return whether the name of `file` is that of its exercise with more, as ``rnn-1.py``."""
    stem = PurePosixPath(file.inner).stem
    return stem != file.exercise and meant_exercise(stem, [file.exercise]) == file.exercise


def _two_files(files: list[SubmittedFile], exercise: Exercise) -> str:
    return (
        f"two files for exercise '{exercise.name}': {files[0].shown} and {files[1].shown}. "
        "Remove one, or grade the one you mean: `grade FILE`"
    )


def _helper(helper: str, importing: str) -> str:
    return (
        f"{helper} is not handed in with {importing}, which imports it: one file is graded. "
        f"Move what it needs into {importing}"
    )


def _told(candidate: Candidate, error: Exception) -> str:
    """Return why `candidate` is left out; the other files are still read."""
    if isinstance(error, BadInputError):
        return str(error)
    return f"{candidate.shown} cannot be read, for a fault of gradus: {reason(error)}"


def moved_exercises(course: Course, names: Iterable[str]) -> Mapping[str, list[Exercise]]:
    """Former name -> the exercises among `names` that have tasks from there."""
    moved: dict[str, list[Exercise]] = defaultdict(list)
    for exercise in map(course.exercise, names):
        for former in exercise.formerly:
            moved[former].append(exercise)
    return moved


def from_former_files(
    files: Mapping[str, SubmittedFile], former: Mapping[str, SubmittedFile], course: Course
) -> dict[str, SubmittedFile]:
    """Return the files of `former`, by exercise, that are used, each with a note for its author.

    A former file is used if a task of the exercise is begun in it, and no task is begun in the
    exercise's own file among `files`.
    """
    return {
        name: replace(file, notes=(*file.notes, _note(name)))
        for name, file in former.items()
        if file.has_work(course.exercise(name))
        and not (name in files and files[name].has_work(course.exercise(name)))
    }


def _note(name: str) -> str:
    return f"also graded as '{name}', an exercise of its own now: move its tasks to {name}.py"
