"""The files of a submission that may hold an exercise: in a folder, an archive, or alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from autograder.course.source import MAX_SOURCE
from autograder.submissions.archives import zip_members
from autograder.submissions.notebooks import MAX_NOTEBOOK
from framework.errors import BadInputError

#: What is read at all, and how much of it.
LIMITS = {".py": MAX_SOURCE, ".ipynb": MAX_NOTEBOOK}

MAX_FILES = 20_000

_PASSED_OVER = {"__pycache__", "__MACOSX", "node_modules", "site-packages", "venv"}


@dataclass(frozen=True)
class Candidate:
    """A file that may hold an exercise.

    Args:
        path: the file on disk.
        inner: its path in the submission.
        shown: how its author knows it.
        read: its contents, cut one byte past the limit of its suffix.
    """

    path: Path
    inner: PurePosixPath
    shown: str
    read: Callable[[], bytes]


def candidates(path: Path, notes: list[str]) -> Iterator[Candidate]:
    """Every candidate in the submission `path`; what is passed over for a reason joins `notes`.

    Raises:
        BadInputError: there is nothing, or nothing of a known sort.
    """
    if path.is_dir():
        yield from _in_folder(path, notes)
    elif not path.is_file():
        raise BadInputError(f"no submission at {path}: no such file or folder")
    elif path.suffix == ".zip":
        yield from _in_zip(path)
    elif path.suffix in LIMITS:
        yield Candidate(path, PurePosixPath(path.name), str(path), partial(_read, path))
    else:
        raise BadInputError(f"{path} is no submission: a folder, a .py, an .ipynb or a .zip is")


def _is_skipped(inner: PurePosixPath) -> bool:
    """Tests, and whatever lies in a folder that is no work of the student's."""
    is_test = inner.name.startswith("test_") or inner.stem.endswith("_test")
    return is_test or any(_is_hidden(part) for part in inner.parts)


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name in _PASSED_OVER


def _in_folder(root: Path, notes: list[str]) -> Iterator[Candidate]:
    for file in _files(root):
        inner = PurePosixPath(file.relative_to(root).as_posix())
        if file.suffix not in LIMITS or _is_skipped(inner):
            continue
        if not file.resolve().is_relative_to(root.resolve()):
            notes.append(f"{file} is a link out of the submission: not followed")
        elif file.exists() and stat.S_ISREG(file.stat().st_mode):
            yield Candidate(file, inner, str(file), partial(_read, file))


def _files(root: Path) -> Iterator[Path]:
    """All files below `root` in a fixed order; links to folders are not followed."""
    seen = 0
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        seen += len(files)
        if seen > MAX_FILES:
            raise BadInputError(
                f"{root} holds more than {MAX_FILES} files: name the folder of the exercises"
            )
        yield from (Path(folder) / file for file in sorted(files))


def _in_zip(archive: Path) -> Iterator[Candidate]:
    for inner, data in zip_members(archive, LIMITS):
        if not _is_skipped(inner):
            yield Candidate(archive, inner, f"{archive}/{inner}", partial(bytes, data))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(LIMITS[path.suffix] + 1)
    except OSError as error:
        raise BadInputError(f"{path} cannot be read: {error.strerror}") from None
