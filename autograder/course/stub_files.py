"""Update of ``exercises/`` from ``solutions/`` without loss of a student's edits.

The hash of every written stub is stored in ``.gradus/stubs.json``. A file that differs from its new
stub is replaced only if it has the stored hash. Otherwise it contains edits.
"""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass
from pathlib import Path

from autograder.course.reading import QUESTIONS, Course, Exercise
from autograder.course.stubs import available_stub
from autograder.course.student_state import back_up, load_state, save_state
from framework.course.solutions import missing_solution, solutions_folder
from framework.errors import BadInputError

_DIFF_LINES = 20


@dataclass(frozen=True)
class StubFile:
    """A generated stub (`fresh`) and the file on disk (None if it is missing)."""

    exercise: Exercise
    fresh: str
    present: str | None

    @property
    def path(self) -> Path:
        """The path of the file."""
        return self.exercise.stub

    @property
    def drifted(self) -> bool:
        """Whether the file differs from the generated stub."""
        return self.present != self.fresh

    def diff(self) -> str:
        """Return the first lines of a unified diff from the file to the stub."""
        if self.present is None:
            return "the file is missing"
        old, new = self.present.splitlines(), self.fresh.splitlines()
        lines = list(difflib.unified_diff(old, new, "the file", "the stub", n=1, lineterm=""))
        more = len(lines) - _DIFF_LINES
        return "\n".join(lines[:_DIFF_LINES] + ([f"... {more} more lines"] if more > 0 else []))


@dataclass(frozen=True)
class WrittenStubs:
    """The result of `write_stubs`: written files, files kept because of edits, backups of edits."""

    written: tuple[Path, ...]
    kept: tuple[Path, ...]
    backups: tuple[Path, ...]


def stub_files(course: Course) -> list[StubFile]:
    """Return every generated stub of the course with its file.

    Raises:
        BadInputError: an exercise without a solution, or a solution that the course does not list.
    """
    _reject_unlisted(course)
    return [stub_file(exercise) for exercise in course.select()]


def stub_file(exercise: Exercise) -> StubFile:
    """Return the generated stub of one exercise with its file.

    Raises:
        BadInputError: the solution is missing; the message says how to get it.
    """
    fresh = available_stub(exercise)
    if fresh is None:
        missing = missing_solution(
            exercise.root, exercise.unit, exercise.name, exercise.solution.name
        )
        raise BadInputError(
            f"{missing}. The stub of '{exercise.name}' is made from it; you can also take a fresh "
            "stub from where you got the course"
        )
    return StubFile(exercise, fresh, _read(exercise.stub))


def _read(path: Path) -> str | None:
    if not path.exists():
        return None
    # A file in another encoding contains edits as well: it differs from the stub.
    return path.read_text("utf-8", errors="surrogateescape")


def _reject_unlisted(course: Course) -> None:
    solutions = solutions_folder(course.root)
    listed = {solutions / unit.name / name for unit in course.units for name in unit.exercises}
    for file in sorted((*solutions.glob("*/*/*.py"), *solutions.glob(f"*/*/{QUESTIONS}"))):
        is_source = file.name == QUESTIONS or file.stem == file.parent.name
        if is_source and file.parent not in listed:
            raise BadInputError(f"{file}: exercises/course.toml does not list '{file.parent.name}'")


def write_stubs(course: Course, *, force: bool = False) -> WrittenStubs:
    """Write every stub that differs; edited files only with `force`, after a backup."""
    hashes = load_state(course, "stubs")
    written, kept, backups = [], [], []
    for stub in stub_files(course):
        edited = _holds_edits(stub, hashes)
        if edited and not force:
            kept.append(stub.path)
            continue
        if edited:
            backups.append(back_up(course, stub.path))
        if stub.drifted:
            write_stub(stub)
            written.append(stub.path)
        hashes[stub.exercise.name] = _hash(stub.fresh)
    save_state(course, "stubs", hashes)
    return WrittenStubs(tuple(written), tuple(kept), tuple(backups))


def remember_stub(root: Path, name: str) -> None:
    """Store that the file of the exercise `name` is a stub, so that `write_stubs` may replace it.

    `gradus new exercise` has written it.
    """
    course = Course.read(root)
    present = _read(course.exercise(name).stub)
    if present is not None:
        save_state(course, "stubs", load_state(course, "stubs") | {name: _hash(present)})


def write_stub(stub: StubFile) -> None:
    """Write the generated stub; it replaces the file."""
    stub.path.parent.mkdir(parents=True, exist_ok=True)
    stub.path.write_text(stub.fresh, "utf-8", newline="\n")


def _holds_edits(stub: StubFile, hashes: dict[str, str]) -> bool:
    if stub.present is None or not stub.drifted:
        return False
    return hashes.get(stub.exercise.name) != _hash(stub.present)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
