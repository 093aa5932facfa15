"""Gathers the files of a submission by exercise; a file that cannot be read costs no other file."""

from __future__ import annotations

import ast
import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import PurePosixPath

from autograder.course.reading import Course
from autograder.course.source import parse
from autograder.submissions.candidates import Candidate, is_archive, suffix
from autograder.submissions.notes import OnNote, reason, short
from autograder.submissions.recognition import (
    exercise_by_tasks,
    meant_exercise,
    recognised,
)
from autograder.submissions.submitted_file import SubmittedFile
from framework.errors import BadInputError

#: Different files of one exercise, and files without the name of an exercise, that are read: a
#: notebook may take seconds.
MAX_VERSIONS = 8
_CODE = (".py", ".ipynb")


class Gathering:
    """The files of a submission for the exercises `names`, taken in one by one.

    Attributes:
        unread: exercise -> why no file of it can be graded.
    """

    def __init__(self, course: Course, names: Collection[str], on_note: OnNote) -> None:
        self.unread: dict[str, str] = {}
        self._course, self._names, self._on_note = course, names, on_note
        self._versions: dict[str, list[SubmittedFile]] = defaultdict(list)
        self._seen: dict[str, set[bytes]] = defaultdict(set)
        self._left_out: dict[str, str] = {}
        self._others: dict[str, Candidate] = {}
        self._archives: list[PurePosixPath] = []

    def add(self, candidate: Candidate) -> None:
        """Read `candidate`, if it belongs to one of the exercises."""
        stem = candidate.inner.stem
        try:
            exercise = recognised(candidate, self._course, self._names)
        except Exception as error:
            self._on_note(_why_unread(candidate, error))
            return
        if exercise in self._names and (file := self._read(candidate, exercise)):
            self._versions[exercise].append(file)
        elif not exercise and suffix(candidate.inner) in _CODE and stem not in self._others:
            self._others[stem] = candidate
            with suppress(BadInputError):  # of an archive, it cannot be read later
                candidate.read()

    def add_other(self, inner: PurePosixPath) -> None:
        """Remember a file of another kind, which a note names if its exercise has no file."""
        if is_archive(inner):
            self._archives.append(inner)
        elif name := meant_exercise(inner.name.partition(".")[0], self._names):
            expected = self._course.exercise(name).stub.name
            note = f"{short(str(inner))} is not read: it is no .py and no .ipynb"
            self._left_out.setdefault(name, f"{note}. Expected {expected}")

    def _read(self, candidate: Candidate, name: str) -> SubmittedFile | None:
        """Return the code for the exercise `name` in `candidate`.

        None for a file that cannot be read, and for a copy of a file that was read.
        """
        try:
            seen, digest = self._seen[name], hashlib.sha256(candidate.read()).digest()
            if digest in seen:
                return None
            if len(seen) >= MAX_VERSIONS:
                raise BadInputError(
                    f"{candidate.shown} is not read: there are more than {MAX_VERSIONS} different "
                    f"files for exercise '{name}'. Remove all but one"
                )
            seen.add(digest)
            return SubmittedFile.read(candidate, self._course.exercise(name))
        except Exception as error:
            problem = _why_unread(candidate, error)
            self._on_note(problem)
            self.unread.setdefault(name, problem)
            return None

    def files(self) -> dict[str, SubmittedFile]:
        """Return the file of each exercise that has one, in the order of the course.

        Where no file has the name of an exercise, the tasks that files define tell theirs.
        """
        self._read_by_tasks()
        chosen = {name: self._chosen(name, files) for name, files in self._versions.items()}
        files = {name: file for name, file in chosen.items() if file is not None}
        for name in files:
            self.unread.pop(name, None)
        self._note_others(files)
        return {name: files[name] for name in self._course.exercise_names if name in files}

    def _read_by_tasks(self) -> None:
        """Read files by the tasks that they define, or name them where others have right names."""
        is_alone = not (self._versions or self.unread)
        for candidate in list(self._others.values())[:MAX_VERSIONS]:
            try:
                name = exercise_by_tasks(candidate, self._course)
            except Exception as error:
                if is_alone:
                    self._on_note(_why_unread(candidate, error))
                continue
            if name not in self._names or (name in self._versions and not is_alone):
                continue
            expected = self._course.exercise(name).stub.name
            why = f"it defines tasks of exercise '{name}'"
            if not is_alone:
                self._left_out[name] = f"{candidate.shown} is not read: {why}. Name it {expected}"
            elif file := self._read(candidate, name):
                self._versions[name].append(file)
                self._on_note(f"{candidate.shown} is read as {expected}: {why}")

    def _chosen(self, name: str, versions: list[SubmittedFile]) -> SubmittedFile | None:
        """Return the file among `versions` that counts; None if it is ambiguous."""
        exercise = self._course.exercise(name)
        different = _without_copies(versions)
        begun: list[SubmittedFile] = []
        best = different
        if len(different) > 1:  # a single file, and its stub, need not be parsed now
            begun = [file for file in different if file.has_work(exercise)]
            best = [file for file in begun or different if not _has_addition(file)]
            best = best or begun or different
        if begun and len(best) > 1:
            self.unread[name] = (
                f"two files for exercise '{name}': {best[0].shown} and {best[1].shown}. "
                "Remove one, or grade the one you mean: `grade FILE`"
            )
            self._on_note(self.unread[name])
            return None
        if _has_addition(best[0]):
            self._on_note(f"{best[0].shown} is read as {exercise.stub.name}")
        for file in begun:
            if file not in best:
                self._on_note(f"{file.shown} is not read: {best[0].shown} has the expected name")
        return best[0]

    def _note_others(self, files: Mapping[str, SubmittedFile]) -> None:
        """Note what was left out and is missed: files of exercises, helpers, and archives."""
        for name, note in self._left_out.items():
            if name not in files and name not in self.unread:
                self._on_note(note)
        for file in files.values():
            for helper in sorted(file.imported & self._others.keys()):
                other = self._others[helper].shown
                self._on_note(
                    f"{other} is not handed in with {file.shown}, which imports it: "
                    f"one file is graded. Move what it needs into {file.shown}"
                )
        for inner in self._archives if not files else ():
            self._on_note(f"{short(str(inner))} is not read: unpack it, or hand it in alone")


def _without_copies(versions: list[SubmittedFile]) -> list[SubmittedFile]:
    """Return the first of all files with the same statements; a single file is not parsed."""
    if len(versions) == 1:
        return versions
    first: dict[str, SubmittedFile] = {}
    for file in versions:
        first.setdefault(_statements(file.source), file)
    return list(first.values())


def _statements(source: str) -> str:
    """Return the statements of `source` without imports, comments and texts; of copies they agree.

    A notebook that was made of a file, and not changed, is a copy of it.
    """
    try:
        body = parse(source).body
    except SyntaxError:
        return source
    kept = (
        node
        for node in body
        if not isinstance(node, ast.Import | ast.ImportFrom)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    )
    return "\n".join(map(ast.dump, kept))


def _has_addition(file: SubmittedFile) -> bool:
    """Return whether the name of `file` is that of its exercise with more, as ``rnn-1.py``."""
    stem = PurePosixPath(file.inner).stem
    return stem != file.exercise and meant_exercise(stem, [file.exercise]) == file.exercise


def _why_unread(candidate: Candidate, error: Exception) -> str:
    """Return why `candidate` is left out; the other files are still read."""
    if isinstance(error, BadInputError):
        return str(error)
    return f"{candidate.shown} cannot be read, for a fault of gradus: {reason(error)}"
