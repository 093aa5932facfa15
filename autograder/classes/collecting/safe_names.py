"""Names of files that students chose, in a form that every file system and terminal can take."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from autograder.submissions.recognition import numbered

#: Characters of a name, and folders around a file; the innermost are kept.
MAX_NAME, MAX_DEPTH = 100, 12

#: Control characters, marks of direction and joiners, halves of characters.
_DROPPED = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_REPLACED = re.compile(r'[\\:*?"<>|]')


def safe_path(path: PurePosixPath) -> PurePosixPath:
    """Return `path` without characters that are not seen, and with names that are not too long."""
    parts = [_safe_name(part) for part in path.parts if part not in ("/", "..")]
    return PurePosixPath(*[part for part in parts if part][-MAX_DEPTH:] or ["file"])


def _safe_name(name: str) -> str:
    plain = _DROPPED.sub("", unicodedata.normalize("NFC", name))
    plain = _REPLACED.sub("_", plain).strip(" ")
    if len(plain.encode()) > MAX_NAME:
        ending = PurePosixPath(plain).suffix[:10]
        plain = plain.encode()[: MAX_NAME - len(ending.encode())].decode("utf-8", "ignore") + ending
    return "" if plain in (".", "..") else plain


class Places:
    """Places of files in one folder, also on a system that knows no capitals.

    A file and a folder cannot have the same name: the one that comes later gets a number.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._folders: dict[str, PurePosixPath] = {_key(PurePosixPath()): PurePosixPath()}
        self._numbers: dict[str, int] = {}

    def free(self, path: PurePosixPath) -> PurePosixPath:
        """Return a free place for the file `path`, and keep it."""
        return self._numbered(self._folder(path.parent) / path.name)

    def _folder(self, path: PurePosixPath) -> PurePosixPath:
        """Return where the folder `path` is: at the same place for all of its files."""
        key = _key(path)
        if key not in self._folders:
            self._folders[key] = self._numbered(self._folder(path.parent) / path.name)
        return self._folders[key]

    def _numbered(self, path: PurePosixPath) -> PurePosixPath:
        """Return `path`, with a number in its name where that is taken."""
        key, found = _key(path), path
        number = self._numbers.get(key, 1)  # the last one of this name
        while _key(found) in self._taken:
            number += 1
            found = path.with_name(f"{path.stem}~{number}{path.suffix}")
        self._numbers[key] = number
        self._taken.add(_key(found))
        return found


def _key(path: PurePosixPath) -> str:
    return str(path).casefold()


def without_counters(
    paths: Iterable[PurePosixPath], wanted: Iterable[str]
) -> Mapping[PurePosixPath, PurePosixPath]:
    """Return path -> path without the number that a system has added to its name.

    Of several, the one with the highest number is the newest. A file or folder whose name is right
    wins.

    Args:
        wanted: names without suffix that files are expected to have.
    """
    files, known = list(paths), set(wanted)
    places = {*files, *(folder for file in files for folder in file.parents)}
    taken = {(place.parent, place.name.casefold()) for place in places}
    newest: dict[PurePosixPath, tuple[int, PurePosixPath]] = {}
    for file in files:
        found = numbered(file.stem, known)
        if found is None:
            continue
        target = file.with_name(found[0] + file.suffix)
        if (target.parent, target.name.casefold()) not in taken:
            newest[target] = max(newest.get(target, (-1, file)), (found[1], file))
    return {file: target for target, (_, file) in newest.items()}
