"""Writes the files of one attempt: plain files under safe names, archives without unpacking.

Files of other kinds than exercises are not kept; their names are.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from autograder.classes.collecting.private_files import private_folder
from autograder.classes.collecting.safe_names import safe_path, unique_path, without_counters
from autograder.classes.exports.export import Read
from autograder.submissions.candidates import (
    LIMITS,
    archive_stem,
    candidates,
    is_archive,
    is_candidate,
    suffix,
)
from autograder.submissions.notes import Notes, short
from framework.errors import BadInputError

#: Bytes of an archive that a student handed in, and files and bytes of an attempt in all.
MAX_ARCHIVE = 64 << 20
MAX_FILES, MAX_BYTES = 5_000, 256 << 20


class AttemptFiles:
    """The files of an attempt, in a folder that is made for them.

    Args:
        expected: names without suffix that the files of exercises have.

    Attributes:
        notes: what was left out, and why.
    """

    def __init__(self, folder: Path, expected: Collection[str]) -> None:
        self.folder = private_folder(folder)
        self.notes = Notes()
        self._expected = expected
        self._originals: dict[PurePosixPath, str] = {}
        self._digests: dict[PurePosixPath, bytes] = {}
        self._left = MAX_BYTES

    def add(self, inner: PurePosixPath, read: Read) -> None:
        """Write the file `inner` of the attempt; what cannot be read is a note."""
        try:
            if is_archive(inner):
                self._add_archive(inner, read(MAX_ARCHIVE + 1))
            elif is_candidate(safe_path(inner)):
                self._write(inner, read(LIMITS[suffix(safe_path(inner))] + 1))
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
                    self._write(
                        inner.parent / archive_stem(inner) / candidate.inner, candidate.read()
                    )
                except BadInputError as error:
                    self.notes.add(str(error))

    def _write(self, inner: PurePosixPath, data: bytes) -> None:
        self._left -= len(data)
        if len(self._originals) >= MAX_FILES or self._left < 0:
            raise BadInputError(
                f"more than {MAX_FILES} files or {MAX_BYTES >> 20} MiB: the rest is not kept"
            )
        taken = (str(path).casefold() for path in self._originals)
        path = unique_path(safe_path(inner), taken)
        private_folder(self.folder / path.parent)
        (self.folder / path).write_bytes(data)
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
