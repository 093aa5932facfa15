"""What somebody hands in, read without importing any of it.

A submission is a folder, a ``.py`` file, a notebook or a zip archive. Whatever it is, it ends up
as the source text of one module per exercise.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course.reading import Course, Exercise
from autograder.course.source import decode, definitions, parse
from autograder.course.stubs import known_stub
from autograder.submissions.candidates import Candidate, candidates
from autograder.submissions.former_files import from_former_files, moved_exercises
from autograder.submissions.notebooks import (
    Origin,
    code_cells,
    notebook_exercise,
    notebook_module,
    read_notebook,
)
from autograder.submissions.progress import Progress, task_progress
from framework.errors import BadInputError, ConflictError

if TYPE_CHECKING:
    from framework.providers.registry import Implementation


@dataclass(frozen=True)
class SubmittedFile:
    """The code for one exercise.

    Args:
        path: the file on disk that holds it: a ``.py``, an ``.ipynb`` or a ``.zip``.
        inner: its path inside the submission.
        shown: the file as its author knows it, for messages.
        source: the module's text.
        line_map: for a notebook, (cell, line) of every line of `source`.
        notes: what the author should know, as of cells left out.
        broken_cell: where and why a notebook's cell does not parse.
    """

    exercise: str
    path: Path
    inner: str
    shown: str
    source: str
    line_map: tuple[Origin, ...] | None = None
    notes: tuple[str, ...] = ()
    broken_cell: str | None = None

    def where(self, line: int) -> str:
        """Line `line` of `source` as its author finds it: ``cell 4, line 2`` or ``line 12``."""
        if self.line_map is None:
            return f"line {line}"
        if not 0 < line <= len(self.line_map):
            return "outside of its cells"
        cell, inner = self.line_map[line - 1]
        return f"cell {cell}, line {inner}"

    def text(self, line: int) -> str:
        """Line `line` of `source`, or nothing where there is none."""
        lines = self.source.splitlines()
        return lines[line - 1].strip() if 0 < line <= len(lines) else ""

    @cached_property
    def syntax_error(self) -> str | None:
        """Where and why it is not Python; None where it is."""
        if self.broken_cell:
            return f"{self.shown}, {self.broken_cell}"
        try:
            parse(self.source)
        except SyntaxError as error:
            return f"{self.shown}, {self.where(error.lineno or 1)}: {error.msg}"
        return None

    def is_stub(self, exercise: Exercise) -> bool:
        """Whether it is the stub of `exercise`, unchanged."""
        return self.source == known_stub(exercise)

    def progress(self, exercise: Exercise) -> dict[str, Progress]:
        """How far it is with each task of `exercise`."""
        return task_progress(self.source, exercise.task_names, known_stub(exercise))


class Staging:
    """A temporary folder with one ``NAME.py`` for each of `sources`.

    It goes when it is closed or, at the latest, at exit. It is made at once, so that processes
    forked later share it, and only the process that made it removes it.
    """

    def __init__(self, sources: Mapping[str, str]) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="gradus-"))
        self.close = weakref.finalize(self, _remove, self.folder, os.getpid())
        for name, source in sources.items():
            (self.folder / f"{name}.py").write_text(source, "utf-8", newline="\n")


def _remove(folder: Path, owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Submission:
    """Everything that was handed in. Use it as a context manager, or `close` it.

    Args:
        label: what to call it in reports.
        files: exercise name -> its code, in the order of the course.
        hash: SHA-256 of all names and sources.
        notes: what was passed over.
    """

    label: str
    files: Mapping[str, SubmittedFile]
    hash: str
    notes: tuple[str, ...]
    _staging: Staging = field(repr=False, compare=False)

    @property
    def folder(self) -> Path:
        """A folder that holds one ``EXERCISE.py`` per exercise and nothing else, until `close`."""
        return self._staging.folder

    def close(self) -> None:
        """Remove `folder`."""
        self._staging.close()

    def __enter__(self) -> Submission:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def load_submission(
    path: Path, course: Course, exercises: Iterable[str] | None = None
) -> Submission:
    """Read the submission `path`; with `exercises`, nothing but their files.

    A file belongs to the exercise it is named after; a notebook to the one in its metadata, and a
    single file of any other name to the one whose tasks it defines. An exercise without a file of
    its own, or with an untouched one, takes that of an exercise which its tasks once belonged to.

    Raises:
        BadInputError: it is missing, of another sort, unsafe, too large or not UTF-8; or the
            course has no exercise.
        ConflictError: two files for one exercise; both are named.
    """
    course.require_exercises()
    names = tuple(exercises) if exercises is not None else course.exercise_names
    moved = moved_exercises(course, names)
    notes: list[str] = []
    files: dict[str, SubmittedFile] = {}
    former: dict[str, SubmittedFile] = {}
    single = path.suffix in (".py", ".ipynb") and path.is_file()
    for candidate in candidates(path, notes):
        certain = single and candidate.inner.stem not in moved
        exercise = _recognised(candidate, course, by_tasks=certain)
        if exercise in names:
            _reject_second(files.get(exercise), candidate, exercise)
            files[exercise] = _submitted(candidate, course.exercise(exercise))
        for heir in moved.get(exercise or candidate.inner.stem, ()):
            former[heir.name] = _submitted(candidate, heir)
    files |= from_former_files(files, former, course)
    if not files:
        raise BadInputError(_nothing_found(path, names, notes))
    ordered = {name: files[name] for name in course.exercise_names if name in files}
    staging = Staging({name: file.source for name, file in ordered.items()})
    return Submission(path.resolve().name, ordered, _hash(ordered), tuple(notes), staging)


def _nothing_found(path: Path, names: tuple[str, ...], notes: list[str]) -> str:
    wanted = ", ".join(f"{name}.py" for name in names[:3]) + (" ..." if len(names) > 3 else "")
    return ". ".join(
        [
            f"{path} holds no exercise: expected {wanted} (or .ipynb). `gradus list` shows all",
            *notes,
        ]
    )


def _reject_second(first: SubmittedFile | None, second: Candidate, exercise: str) -> None:
    if first and first.path.resolve() == second.path.resolve() and first.path.suffix != ".zip":
        return  # a link and what it points to
    if first:
        raise ConflictError(
            f"two files for exercise '{exercise}': {first.shown} and {second.shown}. "
            "Remove one, or grade the one you mean: `grade FILE`"
        )


def _recognised(candidate: Candidate, course: Course, *, by_tasks: bool) -> str:
    """The exercise that `candidate` belongs to; empty for none."""
    stem = candidate.inner.stem
    if candidate.inner.suffix == ".py":
        found = stem if stem in course.exercise_names else None
    else:
        found = _of_notebook(candidate, course, certain=by_tasks or stem in course.exercise_names)
    return found or (_by_tasks(candidate, course) if by_tasks else "")


def _of_notebook(candidate: Candidate, course: Course, *, certain: bool) -> str | None:
    try:
        notebook = read_notebook(candidate.read(), candidate.shown)
    except BadInputError:
        if certain:
            raise
        return None  # some other notebook in the folder: not ours to complain about
    return notebook_exercise(notebook, candidate.inner.stem, course)


def _by_tasks(candidate: Candidate, course: Course) -> str:
    """The exercise most of whose tasks `candidate` defines."""
    defined = set(_defined_names(candidate))
    counts = {e.name: len(defined.intersection(e.task_names)) for e in course.select()}
    best = [name for name, count in counts.items() if count == max(counts.values()) > 0]
    if len(best) == 1:
        return best[0]
    reason = f"it could be {' or '.join(best)}" if best else "it defines no task of the course"
    raise BadInputError(
        f"{candidate.shown} belongs to no exercise: {reason}. Name it after its exercise, as in "
        f"{(best or course.exercise_names)[0]}{candidate.inner.suffix}"
    )


def _defined_names(candidate: Candidate) -> Iterable[str]:
    if candidate.inner.suffix == ".ipynb":
        notebook = read_notebook(candidate.read(), candidate.shown)
        source = notebook_module(notebook).source if code_cells(notebook) else ""
    else:
        source = decode(candidate.read(), candidate.shown)
    try:
        return definitions(parse(source))
    except SyntaxError as error:
        raise BadInputError(
            f"{candidate.shown}, line {error.lineno or 1}: {error.msg}. Name the file after its "
            "exercise to have it graded all the same"
        ) from None


def _submitted(candidate: Candidate, exercise: Exercise) -> SubmittedFile:
    name, path, shown = exercise.name, candidate.path, candidate.shown
    inner = str(candidate.inner)
    if candidate.inner.suffix == ".py":
        return SubmittedFile(name, path, inner, shown, decode(candidate.read(), shown))
    notebook = read_notebook(candidate.read(), shown)
    module = notebook_module(notebook, exercise.task_names)
    source = decode(module.source.encode(errors="replace"), shown)
    return SubmittedFile(
        name, path, inner, shown, source, module.origins, module.notes, module.syntax_error
    )


def _hash(files: Mapping[str, SubmittedFile]) -> str:
    """Lengths are hashed too, so that no text can pass for a boundary between two files."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for text in (name, files[name].source):
            data = text.encode("utf-8")
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def student_implementations(submission: Submission, course: Course) -> list[Implementation]:
    """The tasks that are written, as implementations of the provider ``student``.

    Their targets are files in `submission.folder`, as in ``/tmp/x/rnn.py:RNN``.
    """
    from framework.providers.registry import Implementation

    return [
        Implementation(
            task.kind, task.registry_name, "student", f"{submission.folder / name}.py:{task.name}"
        )
        for name, file in submission.files.items()
        for task, state in zip(
            course.exercise(name).tasks, file.progress(course.exercise(name)).values(), strict=True
        )
        if state is Progress.WRITTEN
    ]
