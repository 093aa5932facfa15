"""Writes the files of one attempt: plain files under safe names, archives without unpacking."""

from __future__ import annotations

import errno
import hashlib
import re
import tempfile
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from autograder.public.submissions import (
    LIMITS,
    Notes,
    archive_stem,
    candidates,
    is_archive,
    is_candidate,
    reason,
    short,
    suffix,
)
from framework.errors import BadInputError, GradusError
from plugins.classes.collecting.export import Read
from plugins.classes.rosters.privacy import FOLDER_MODE, private_folder

#: Maximum length of a name, and number of folders around a file; the innermost stay.
MAX_NAME, MAX_DEPTH = 100, 12

#: Control characters, direction marks, joiners and surrogates.
_DROPPED = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
#: The number that Canvas (``lab-1.py``) and browsers (``lab (1).py``) add to a second file.
_COUNTER = re.compile(r"(?P<stem>.+?)(?:-| ?\()(?P<number>\d{1,6})\)?", re.DOTALL)
_REPLACED = re.compile(r'[\\:*?"<>|]')
#: Names of devices on Windows, with any ending.
_DEVICE = re.compile(r"^(?=(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))", re.IGNORECASE)


def safe_path(path: PurePosixPath) -> PurePosixPath:
    """Return `path` without invisible characters, and with names of limited length."""
    parts = [_safe_name(part) for part in path.parts if part not in (path.anchor, "..")]
    return PurePosixPath(*[part for part in parts if part][-MAX_DEPTH:] or ["file"])


def _safe_name(name: str) -> str:
    plain = _DROPPED.sub("", unicodedata.normalize("NFC", name))
    plain = _DEVICE.sub("_", _REPLACED.sub("_", plain).lstrip(" ").rstrip(" ."))
    if len(plain.encode()) > MAX_NAME:
        path = PurePosixPath(plain)
        ending = plain[len(archive_stem(path)) :] or path.suffix[:10]
        plain = plain.encode()[: MAX_NAME - len(ending.encode())].decode("utf-8", "ignore") + ending
    return plain


class Places:
    """Free paths in one folder, also on a system that ignores capitals.

    A file and a folder cannot have the same name: the one that comes later gets a number.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._folders = {".": PurePosixPath()}
        self._numbers: dict[str, int] = {}  # the last one of each name

    def free(self, path: PurePosixPath) -> PurePosixPath:
        """Return a free place for the file `path`, and keep it."""
        original = free = self._folder(path.parent) / path.name
        name = folded = str(original).casefold()
        number = self._numbers.get(name, 1)
        while folded in self._taken:
            number += 1
            free = original.with_name(f"{original.stem}~{number}{original.suffix}")
            folded = str(free).casefold()
        self._numbers[name] = number
        self._taken.add(folded)
        return free

    def _folder(self, path: PurePosixPath) -> PurePosixPath:
        """Return the path for the folder `path`, the same for all of its files."""
        folded = str(path).casefold()
        if folded not in self._folders:
            self._folders[folded] = self.free(path)
        return self._folders[folded]


def without_counters(
    paths: Iterable[PurePosixPath], wanted: Iterable[str]
) -> Mapping[PurePosixPath, PurePosixPath]:
    """Return path -> path without the number that a system has added to its name.

    Of several, the one with the highest number is the newest. A file or folder whose name is right
    wins. `wanted` are names without suffix.
    """
    files, names = list(paths), set(wanted)
    places = {*files, *(folder for file in files for folder in file.parents)}
    taken = {(path.parent, path.name.casefold()) for path in places}
    newest: dict[PurePosixPath, tuple[int, PurePosixPath]] = {}
    for file in files:
        match = _COUNTER.fullmatch(file.stem)
        if match is None or file.stem in names or match["stem"] not in names:
            continue
        target = file.with_name(match["stem"] + file.suffix)
        if (target.parent, target.name.casefold()) not in taken:
            newest[target] = max(newest.get(target, (-1, file)), (int(match["number"]), file))
    return {file: target for target, (_, file) in newest.items()}


#: Maximum bytes of an archive; maximum number of files, and of bytes, of an attempt.
MAX_ARCHIVE = 64 << 20
MAX_FILES, MAX_BYTES = 5_000, 256 << 20
#: Maximum bytes of all attempts of a student in one export.
MAX_ATTEMPTS_BYTES = 1 << 30

#: Error numbers of a file system for a name that it cannot store.
_NAMES = {errno.EINVAL, errno.EILSEQ, errno.ENAMETOOLONG, errno.EISDIR, errno.ENOTDIR, errno.EEXIST}


@dataclass
class Allowance:
    """The bytes that may still be read for several attempts together."""

    left: int = MAX_ATTEMPTS_BYTES


class AttemptFiles:
    """The files of an attempt, in a folder that is made for them.

    `expected` are names without suffix that the files of exercises have. An `allowance` is shared
    by several attempts.
    """

    def __init__(
        self, folder: Path, expected: Collection[str], allowance: Allowance | None = None
    ) -> None:
        self.folder = private_folder(folder)
        self.notes = Notes()
        self._expected = expected
        self._kept: dict[PurePosixPath, tuple[str, bytes]] = {}  # the original path, and a digest
        self._places = Places()
        self._left, self._allowance = MAX_BYTES, allowance or Allowance()

    def add(self, inner: PurePosixPath, read: Read) -> None:
        """Write the file `inner` of the attempt; a file that cannot be read becomes a note."""
        try:
            if is_archive(inner):
                self._add_archive(inner, self._read(partial(read, MAX_ARCHIVE + 1)))
            elif is_candidate(safe_path(inner)):
                limit = LIMITS[suffix(safe_path(inner))] + 1
                self._write(inner, self._read(partial(read, limit)))
            else:
                self.notes.add(f"{short(str(inner))} holds no exercise: not kept")
        except BadInputError as error:
            self.notes.add(str(error))

    def _add_archive(self, inner: PurePosixPath, data: bytes) -> None:
        if len(data) > MAX_ARCHIVE:
            raise BadInputError(f"{short(str(inner))} has more than {MAX_ARCHIVE >> 20} MiB")
        with tempfile.TemporaryDirectory(prefix="gradus-") as folder:
            archive = Path(folder) / safe_path(PurePosixPath(inner.name)).name
            archive.write_bytes(data)
            for candidate in candidates(archive, self.notes.add, self._note_archive):
                try:
                    data = self._read(candidate.read)
                    self._write(inner.parent / archive_stem(inner) / candidate.inner, data)
                except BadInputError as error:
                    self.notes.add(str(error))

    def _note_archive(self, inner: PurePosixPath) -> None:
        if is_archive(inner):
            self.notes.add(f"{short(str(inner))} is an archive in an archive: not read")

    def _read(self, read: Callable[[], bytes]) -> bytes:
        """Return the bytes of `read`, cut at the limits."""
        if len(self._kept) >= MAX_FILES or self._left <= 0:
            raise BadInputError(
                f"more than {MAX_FILES} files or {MAX_BYTES >> 20} MiB: the rest is not kept"
            )
        if self._allowance.left <= 0:
            raise BadInputError(
                f"more than {MAX_ATTEMPTS_BYTES >> 20} MiB in all attempts of the export: the rest "
                "is not kept"
            )
        data = read()
        self._left -= len(data)
        self._allowance.left -= len(data)
        return data

    def _write(self, inner: PurePosixPath, data: bytes) -> None:
        path = self._places.free(safe_path(inner))
        try:
            (self.folder / path.parent).mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            (self.folder / path).write_bytes(data)
        except OSError as error:
            why = reason(error)
            if error.errno in _NAMES:
                raise BadInputError(f"{short(str(inner))} cannot be kept: {why}") from None
            raise GradusError(
                f"{self.folder} cannot be written: {why}. The collection is as it was: "
                "run the command again when there is space"
            ) from None
        self._kept[path] = str(inner), hashlib.sha256(data).digest()

    def finish(self) -> dict[str, str]:
        """Correct names with counters; return path in the folder -> original path."""
        for path, target in without_counters(self._kept, self._expected).items():
            (self.folder / path).rename(self.folder / target)
            self._kept[target] = self._kept.pop(path)
            self.notes.add(f"{short(str(path))} is read as {target.name}")
        if not self._kept:
            self.notes.add("it holds no file of an exercise")
        return {str(path): self._kept[path][0] for path in sorted(self._kept)}

    def digest(self) -> str:
        """Return a digest of names and contents."""
        total = hashlib.sha256()
        for path, (_, digest) in sorted(self._kept.items()):
            name = str(path).encode("utf-8", "surrogatepass")
            total.update(len(name).to_bytes(8, "big") + name + digest)
        return total.hexdigest()
