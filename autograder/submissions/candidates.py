"""The files of a submission that may hold an exercise: in a folder, an archive, or alone."""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice
from pathlib import Path, PurePath, PurePosixPath

from autograder.course.source import MAX_NOTEBOOK, MAX_SOURCE
from autograder.submissions.notes import OnNote, reason, short
from framework.errors import BadInputError

#: The suffixes of files that are read, and the maximum number of bytes of each.
LIMITS = {".py": MAX_SOURCE, ".ipynb": MAX_NOTEBOOK, ".md": MAX_SOURCE}

#: The ends of the names of archives that are read.
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")

#: What a submission may be, for messages.
ACCEPTED_PATHS = "a folder, a .py, an .ipynb, a .md, a .zip or a .tar.gz"

_SKIPPED = {"__pycache__", "__MACOSX", "node_modules", "site-packages", "venv"}


@dataclass(frozen=True)
class Candidate:
    """A file that may hold an exercise.

    Args:
        path: the file on disk.
        inner: its path in the submission.
        shown: how its author knows it; never where it lies on the grader's machine.
        read: its contents, cut one byte past the limit of its suffix.
    """

    path: Path
    inner: PurePosixPath
    shown: str
    read: Callable[[], bytes]


def suffix(path: PurePath) -> str:
    """Return the suffix of `path` in small letters: some systems write ``.PY``."""
    return path.suffix.lower()


def is_archive(path: PurePath) -> bool:
    """Return whether the name of `path` is that of an archive whose files are read."""
    return path.name.lower().endswith(ARCHIVES)


def archive_stem(path: PurePath) -> str:
    """Return the name of the archive `path` without its ending."""
    ends = [end for end in ARCHIVES if path.name.lower().endswith(end)]
    return path.name[: -len(max(ends, key=len))] if ends else path.name


def may_be_read(path: PurePath) -> bool:
    """Return whether a file of this name may hold an exercise; a README is its text."""
    return suffix(path) in LIMITS and path.name.lower() != "readme.md"


def require_submission(path: Path) -> None:
    """Raise `BadInputError` if no file, folder or link is at `path`."""
    if not os.path.lexists(path):
        raise BadInputError(f"no submission at {path}: no such file or folder")


def candidates(
    path: Path,
    on_note: OnNote,
    on_other: Callable[[PurePosixPath], None] = lambda inner: None,
) -> Iterator[Candidate]:
    """Yield every candidate in the submission `path`; read each before the next.

    Args:
        on_note: called with a sentence for everything that is left out for a reason.
        on_other: called with each file that cannot hold an exercise, for its kind.
    """

    def is_chosen(inner: PurePosixPath) -> bool:
        if not may_be_read(inner) and not _is_skipped(inner):
            on_other(inner)
        return is_candidate(inner)

    if os.path.isdir(path):  # noqa: PTH112 - which raises nothing, whatever the path is
        yield from _in_folder(path, is_chosen, on_note)
    elif not os.path.isfile(path):  # noqa: PTH113
        on_note(f"{short(path.name)} is not a regular file or folder: nothing is read")
    elif is_archive(path):
        # Most submissions are no archives: they do not wait for the import.
        from autograder.submissions.archives import archive_members

        for inner, read in archive_members(path, is_chosen, on_note):
            data = cache(partial(read, LIMITS[suffix(inner)] + 1))
            yield Candidate(path, inner, short(f"{path.name}/{inner}"), data)
    elif may_be_read(path):
        yield _on_disk(path, PurePosixPath(path.name))
    else:
        on_note(f"{short(path.name)} is no submission: expected {ACCEPTED_PATHS}")


def _is_skipped(inner: PurePosixPath) -> bool:
    """Tests, and whatever lies in a folder that is no work of the student's."""
    is_test = inner.name.startswith("test_") or inner.stem.endswith("_test")
    return is_test or any(map(_is_hidden, inner.parts))


def _is_hidden(name: str) -> bool:
    return (name.startswith(".") and name != "..") or name in _SKIPPED


def is_candidate(inner: PurePosixPath) -> bool:
    """Return whether the file `inner` of a submission is read: tests and READMEs are not."""
    return may_be_read(inner) and not _is_skipped(inner)


def _in_folder(
    root: Path, is_chosen: Callable[[PurePosixPath], bool], on_note: OnNote
) -> Iterator[Candidate]:
    left = MAX_BYTES  # as in an archive; a link counts with the size of its target
    for inner in files_below(root, lambda name: not _is_hidden(name), on_note):
        if not is_chosen(inner):
            continue
        if problem := why_unreadable(root, inner):
            on_note(f"{short(str(inner))} {problem}")
            continue
        with suppress(OSError):
            left -= min((root / inner).stat().st_size, LIMITS[suffix(inner)] + 1)
        if left < 0:
            on_note(f"more than {MAX_BYTES >> 20} MiB: the rest is not read. Name a smaller folder")
            return
        yield _on_disk(root / inner, inner)


def _on_disk(file: Path, inner: PurePosixPath) -> Candidate:
    return Candidate(file, inner, short(str(inner)), partial(_read, file))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(LIMITS[suffix(path)] + 1)
    except OSError as error:
        raise BadInputError(f"{short(path.name)} cannot be read: {reason(error)}") from None


#: Names that are looked at (those of a data set cost no file its grade), the bytes of files that
#: are read, and folders within folders.
MAX_FILES = 200_000
MAX_BYTES = 256 << 20
MAX_DEPTH = 40


def files_below(
    root: Path, is_entered: Callable[[str], bool], on_note: OnNote
) -> Iterator[PurePosixPath]:
    """Paths of the files below `root`, relative to it: those near `root` first, then by name.

    Links to folders are not followed.

    Args:
        is_entered: whether to look into a folder of this name.
        on_note: called with a sentence for each folder that is left out.
    """
    waiting, seen = deque([PurePosixPath()]), 0
    while waiting:
        folder = waiting.popleft()
        folders, files = _entries(root, folder, on_note)
        seen += len(folders) + len(files)
        if seen > MAX_FILES:
            on_note(f"more than {MAX_FILES} files: the rest is not read. Name a smaller folder")
            return
        yield from (folder / name for name in files)
        entered = [folder / name for name in folders if is_entered(name)]
        if entered and len(folder.parts) >= MAX_DEPTH:
            on_note(f"{short(str(folder))} holds folders deeper than {MAX_DEPTH}: not read")
        else:
            waiting += entered


def _entries(root: Path, folder: PurePosixPath, on_note: OnNote) -> tuple[list[str], list[str]]:
    """Return the sorted names of the folders, and of the other entries, in `folder`."""
    folders: list[str] = []
    files: list[str] = []
    try:
        with os.scandir(root / folder) as entries:
            for entry in islice(entries, MAX_FILES + 1):
                is_folder = entry.is_dir(follow_symlinks=False)
                (folders if is_folder else files).append(entry.name)
    except OSError as error:
        on_note(f"{short(str(folder))} cannot be read: {reason(error)}")
    return sorted(folders), sorted(files)


def why_unreadable(root: Path, inner: PurePosixPath) -> str:
    """Return why the file `inner` of `root` is not read; empty if it can be.

    Args:
        inner: as `files_below` yields it: no folder on the way is a link.
    """
    try:
        if stat.S_ISREG(os.lstat(root / inner).st_mode):
            return ""
        target = Path(os.path.realpath(root / inner, strict=True))
        mode = target.stat().st_mode
        inside = target.is_relative_to(os.path.realpath(root))
    except OSError as error:
        return f"cannot be read: {reason(error)}"
    if not inside:
        return "is a link out of the submission: not followed"
    return "" if stat.S_ISREG(mode) else "is not a regular file: not read"
