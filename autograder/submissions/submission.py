"""A submission as the source text of one module per exercise, read without import of its code."""

from __future__ import annotations

import hashlib
import os
import tempfile
import weakref
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course.borrowing import borrowed_sources
from autograder.course.reading import Course
from autograder.sandbox.runners.filesystem_view import remove_scratch
from autograder.submissions.candidates import candidates, require_submission, suffix
from autograder.submissions.gathering import Gathering
from autograder.submissions.notes import Notes, short
from autograder.submissions.recognition import without_mark
from autograder.submissions.submitted_file import SubmittedFile
from autograder.submissions.task_progress import TaskProgress
from framework.errors import BadInputError

if TYPE_CHECKING:
    from framework.providers.registry import Implementation


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
        remove_scratch(folder)


@dataclass(frozen=True)
class Submission:
    """Everything that was handed in. Use it as a context manager, or `close` it.

    Args:
        label: what to call it in reports.
        files: exercise name -> its code, in the order of the course.
        hash: SHA-256 of all names and sources.
        notes: what was left out, and why.
        unread: exercises whose files cannot be graded -> why.
    """

    label: str
    files: Mapping[str, SubmittedFile]
    hash: str
    notes: tuple[str, ...]
    staging: Staging = field(repr=False, compare=False)
    unread: Mapping[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """A folder that holds one ``EXERCISE.py`` per exercise and nothing else, until `close`."""
        return self.staging.folder

    def require(self, *exercises: str) -> None:
        """Raise `BadInputError` if a file of `exercises` cannot be read, or no file was found."""
        problems = [self.unread[name] for name in exercises if name in self.unread]
        if problems or not self.files:
            raise BadInputError(". ".join(problems or self.notes))

    def close(self) -> None:
        """Remove `folder`."""
        self.staging.close()

    def __enter__(self) -> Submission:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def load_submission(
    path: Path, course: Course, exercises: Iterable[str] | None = None
) -> Submission:
    """Read the submission `path`.

    Args:
        exercises: those whose files are read; None for all.

    A file belongs to the exercise it is named after, and a notebook to the one in its metadata.
    Where no file has such a name, a file belongs to the exercise whose tasks it defines. Of two
    files, the one with work in it counts, then the one whose name has no addition, as ``rnn-1.py``
    has.
    Files that cannot be read are named in `Submission.notes`; the others are read.

    Raises:
        BadInputError: nothing is at `path`, or the course has no exercise.
    """
    course.require_exercises()
    require_submission(path)
    names = tuple(exercises) if exercises is not None else course.exercise_names
    notes = Notes()
    gathering = Gathering(course, names, notes.add)
    for candidate in candidates(path, notes.add, gathering.add_other):
        gathering.add(candidate)
    files = gathering.files()
    if not files and not gathering.unread and suffix(path) == ".md":
        notes.add(without_mark(short(path.name)))
    elif not files and not gathering.unread:
        expected = ", ".join(course.exercise(name).stub.name for name in names[:3])
        notes.add(
            f"the submission holds no exercise: expected {expected}{' ...' * (len(names) > 3)} "
            "(or .ipynb). `gradus list` shows all"
        )
    written = [course.exercise(name) for name in files if course.exercise(name).tasks]
    sources = {exercise.name: files[exercise.name].source for exercise in written}
    sources |= borrowed_sources(course, written)
    unread = {name: gathering.unread[name] for name in names if name in gathering.unread}
    label = Path(os.path.realpath(path)).name
    return Submission(label, files, _hash(files), notes.all(), Staging(sources), unread)


def submission_of(
    label: str, sources: Mapping[str, str], beside: Mapping[str, str] | None = None
) -> Submission:
    """Return a submission of `sources`, exercise -> text, and files that they borrow, `beside`."""
    files = {
        name: SubmittedFile(name, Path(f"{name}.py"), f"{name}.py", f"{name}.py", source)
        for name, source in sources.items()
    }
    return Submission(label, files, "", (), Staging({**sources, **(beside or {})}))


def _hash(files: Mapping[str, SubmittedFile]) -> str:
    """Lengths are hashed too, so that no text can pass for a boundary between two files."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for text in (name, files[name].source):
            data = text.encode("utf-8")
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def student_implementations(submission: Submission, course: Course) -> list[Implementation]:
    """Return the tasks that are written, as implementations of the provider ``student``.

    Those of a file with a syntax error are among them: their first use raises an error that names
    it.

    Their targets are files in `submission.folder`, as in ``/tmp/x/rnn.py:RNN``. In a kit, a part of
    a base has its scoped name too, as in ``cs224n/rnn``.
    """
    from framework.providers.registry import Implementation

    return [
        Implementation(
            task.kind,
            scope + task.registry_name,
            "student",
            f"{submission.folder / name}.py:{task.name}",
        )
        for name, file in submission.files.items()
        if (tasks := course.exercise(name).tasks)
        for task, state in zip(tasks, file.progress(course.exercise(name)).values(), strict=True)
        if state is TaskProgress.WRITTEN or not file.is_python
        for scope in ("", *([f"{course.taken[name]}/"] if name in course.taken else []))
    ]
