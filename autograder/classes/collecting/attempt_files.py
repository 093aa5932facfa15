"""Writes the files of one attempt: plain files under safe names, archives without unpacking.

Files of other kinds than exercises are not kept; their names are.
"""

from __future__ import annotations

import errno
import hashlib
import tempfile
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path, PurePosixPath

from autograder.classes.collecting.private_files import FOLDER_MODE, private_folder
from autograder.classes.collecting.safe_names import Places, safe_path, without_counters
from autograder.classes.exports.export import Read
from autograder.submissions.candidates import (
    LIMITS,
    archive_stem,
    candidates,
    is_archive,
    is_candidate,
    suffix,
)
from autograder.submissions.notes import Notes, reason, short
from framework.errors import BadInputError, GradusError

#: Bytes of an archive that a student handed in, and files and bytes of an attempt in all.
MAX_ARCHIVE = 64 << 20
MAX_FILES, MAX_BYTES = 5_000, 256 << 20
#: Bytes of all attempts of a student in one export.
MAX_ATTEMPTS_BYTES = 1 << 30

#: What a file system says of a name that it cannot hold.
_NAMES = {errno.EINVAL, errno.EILSEQ, errno.ENAMETOOLONG, errno.EISDIR, errno.ENOTDIR, errno.EEXIST}


class Allowance:
    """The bytes that may still be read for several attempts together."""

    def __init__(self, left: int = MAX_ATTEMPTS_BYTES) -> None:
        self.left = left


class AttemptFiles:
    """The files of an attempt, in a folder that is made for them.

    Args:
        expected: names without suffix that the files of exercises have.
        allowance: for all attempts of the same students; None for this one alone.

    Attributes:
        notes: what was left out, and why.
    """

    def __init__(
        self, folder: Path, expected: Collection[str], allowance: Allowance | None = None
    ) -> None:
        self.folder = private_folder(folder)
        self.notes = Notes()
        self._expected = expected
        self._originals: dict[PurePosixPath, str] = {}
        self._digests: dict[PurePosixPath, bytes] = {}
        self._places = Places()
        self._left, self._allowance = MAX_BYTES, allowance or Allowance()

    def add(self, inner: PurePosixPath, read: Read) -> None:
        """Write the file `inner` of the attempt; what cannot be read is a note.

        Raises:
            GradusError: the disk is full, or cannot be written for another reason.
        """
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
            for candidate in candidates(archive, self.notes.add):
                try:
                    data = self._read(candidate.read)
                    self._write(inner.parent / archive_stem(inner) / candidate.inner, data)
                except BadInputError as error:
                    self.notes.add(str(error))

    def _read(self, read: Callable[[], bytes]) -> bytes:
        """Return what `read` returns, within the limits; beyond them, nothing is read.

        Raises:
            BadInputError: the attempt, or all of the same students, have too many files or bytes.
        """
        if len(self._originals) >= MAX_FILES or self._left <= 0:
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
            if error.errno in _NAMES:
                raise BadInputError(
                    f"{short(str(inner))} cannot be kept: {reason(error)}"
                ) from None
            raise GradusError(
                f"{self.folder} cannot be written: {reason(error)}. The collection is as it was: "
                "run the command again when there is space"
            ) from None
        self._originals[path], self._digests[path] = str(inner), hashlib.sha256(data).digest()

    def finish(self) -> dict[str, str]:
        """Correct names with counters; return path in the folder -> original path."""
        for path, target in without_counters(self._originals, self._expected).items():
            (self.folder / path).rename(self.folder / target)
            self._originals[target] = self._originals.pop(path)
            self._digests[target] = self._digests.pop(path)
            self.notes.add(f"{short(str(path))} is read as {target.name}")
        if not self._originals:
            self.notes.add("it holds no file of an exercise")
        return {str(path): self._originals[path] for path in sorted(self._originals)}

    def digest(self) -> str:
        """Return a digest of names and contents."""
        total = hashlib.sha256()
        for path in sorted(self._digests):
            name = str(path).encode("utf-8", "surrogatepass")
            total.update(len(name).to_bytes(8, "big") + name + self._digests[path])
        return total.hexdigest()
