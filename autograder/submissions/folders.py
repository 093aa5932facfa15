"""The files of a submitted folder: links, loops and depth do no harm."""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from autograder.submissions.notes import OnNote, reason, short

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
            for entry in entries:
                is_folder = entry.is_dir(follow_symlinks=False)
                (folders if is_folder else files).append(entry.name)
                if len(folders) + len(files) > MAX_FILES:
                    break
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
