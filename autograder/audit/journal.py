"""A file with the results of trials, so that an interrupted audit can continue."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from autograder.audit.trials import Failure, Trial
from autograder.course.reading import Course
from framework.course.solutions import solutions_folder
from framework.errors import BadInputError

FORMAT = "gradus-audit-journal-1"

#: Lists that do not change the result of a trial; an audit reads them each time.
_LISTS = ("mistakes.toml", "equivalents.toml")

_PACKAGES = ("framework", "autograder", "plugins")


@dataclass(frozen=True)
class _Entry:
    """A line of the file: a digest, and the failures of its trial."""

    key: str
    failures: tuple[Failure, ...]


class Journal:
    """The failures of earlier trials, each with a digest of everything that they depend on.

    The digest covers the trial, the exercise's checks, all solutions and gradus itself. If one of
    these has changed, the trial is repeated.

    Args:
        path: the file; one line of JSON for each trial. It need not exist.

    Raises:
        BadInputError: the file is no journal. It is left as it is.
    """

    def __init__(self, path: Path, course: Course) -> None:
        self.path = path
        self._course = course
        self._known = dict(_read(path))
        self._shared = _shared_digest(course)
        self._digest_of = cache(self._exercise_digest)

    def find(self, trial: Trial) -> tuple[Failure, ...] | None:
        """Return the stored failures of `trial`; None if there are none."""
        return self._known.get(self._key(trial))

    def add(self, trial: Trial, failures: tuple[Failure, ...]) -> None:
        """Store `failures` on disk."""
        key = self._key(trial)
        self._known[key] = failures
        line = msgspec.json.encode(_Entry(key, failures)).decode()
        start = "" if self.path.exists() else FORMAT
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{start}\n{line}")  # ends a line whose writing was interrupted

    def _key(self, trial: Trial) -> str:
        own = self._digest_of(trial.exercise)
        parts = (self._shared, own, trial.source, str(trial.stop_early))
        return _digest(part.encode("utf-8") for part in parts)

    def _exercise_digest(self, name: str) -> str:
        exercise = self._course.exercise(name)
        return _digest_of_files([*_files(exercise.folder), *_files(exercise.solution.parent)])


def _shared_digest(course: Course) -> str:
    """Return the digest of all solutions and of gradus itself."""
    gradus = Path(__file__).parents[2]
    folders = [solutions_folder(course.root), *(gradus / name for name in _PACKAGES)]
    files = (file for folder in folders for file in _files(folder))
    return _digest_of_files([file for file in files if not file.name.startswith("test_")])


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files of `folder` in a fixed order, without caches and `LISTS`."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts and file.name not in _LISTS:
            yield file


def _digest_of_files(files: Iterable[Path]) -> str:
    return _digest(part for file in files for part in (bytes(file), file.read_bytes()))


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def _read(path: Path) -> Iterator[tuple[str, tuple[Failure, ...]]]:
    """Yield the trials in `path`; a line whose writing was interrupted is skipped."""
    if not path.exists():
        return
    first, *lines = path.read_text("utf-8", errors="replace").split("\n")
    if first != FORMAT:
        raise BadInputError(f"{path} is no journal of an audit: give another file to --resume")
    for line in lines:
        with suppress(ValueError):
            entry = msgspec.json.decode(line, type=_Entry)
            yield entry.key, entry.failures
