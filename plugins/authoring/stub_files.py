"""The stubs of a course as files, written and compared.

The hash of every written stub is stored in ``.gradus/stubs.json``. A file that differs from its new
stub is replaced only if it has the stored hash. Otherwise it contains a student's edits.
"""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass
from pathlib import Path

from autograder.course.generated_stubs import StubFile, stub_file, write_stub
from autograder.course.reading import QUESTIONS, Course
from autograder.course.student_state import back_up, load_state, save_state
from framework.course.solutions import solutions_folder
from framework.errors import BadInputError

_DIFF_LINES = 20


@dataclass(frozen=True)
class WrittenStubs:
    """The result of `write_stubs`: written files, files kept because of edits, backups of edits."""

    written: tuple[Path, ...]
    kept: tuple[Path, ...]
    backups: tuple[Path, ...]


def stub_files(course: Course) -> list[StubFile]:
    """Return every generated stub of the course with its file."""
    solutions = solutions_folder(course.root)
    listed = {solutions / unit.name / name for unit in course.units for name in unit.exercises}
    for file in sorted((*solutions.glob("*/*/*.py"), *solutions.glob(f"*/*/{QUESTIONS}"))):
        is_source = file.name == QUESTIONS or file.stem == file.parent.name
        if is_source and file.parent not in listed:
            raise BadInputError(f"{file}: exercises/course.toml does not list '{file.parent.name}'")
    return [stub_file(exercise) for exercise in course.select()]


def write_stubs(course: Course, *, force: bool = False) -> WrittenStubs:
    """Write every stub that differs; edited files only with `force`, after a backup."""
    hashes = load_state(course, "stubs")
    written, kept, backups = [], [], []
    for stub in stub_files(course):
        known = stub.present is None or hashes.get(stub.exercise.name) == _hash(stub.present)
        edited = stub.drifted and not known
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
    """Store that the file of the new exercise `name` is a stub, which `write_stubs` may replace."""
    course = Course.read(root)
    present = stub_file(course.exercise(name)).present
    if present is not None:
        save_state(course, "stubs", load_state(course, "stubs") | {name: _hash(present)})


def difference(stub: StubFile) -> str:
    """Return the first lines of a unified diff from the file to the stub."""
    if stub.present is None:
        return "the file is missing"
    old, new = stub.present.splitlines(), stub.fresh.splitlines()
    lines = list(difflib.unified_diff(old, new, "the file", "the stub", n=1, lineterm=""))
    more = len(lines) - _DIFF_LINES
    return "\n".join(lines[:_DIFF_LINES] + ([f"... {more} more lines"] if more > 0 else []))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
