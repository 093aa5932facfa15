"""Untrusted zip and tar archives, read in memory: no member is unpacked under its own name.

A member that cannot be read is skipped, and a note names it.
"""

from __future__ import annotations

import io
import re
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, Literal, NamedTuple

from autograder.submissions.notes import OnNote, reason, short
from framework.errors import BadInputError

#: Members of a wanted kind that are read, and bytes of them in all, after unpacking.
MAX_MEMBERS = 5_000
MAX_TOTAL = 256 << 20
#: The list of members of a zip archive, and an archive whose names are changed in memory.
MAX_DIRECTORY = 8 << 20
MAX_REPAIRED = 64 << 20
#: Entries of a tar archive that are looked at, folders and unwanted files too, and the bytes of an
#: entry that holds the name of another.
MAX_HEADERS, MAX_HEADER = 200_000, 64 << 10

_GZIP = b"\x1f\x8b"
#: The records of a zip archive up to their flags, of which the second byte is captured.
_FLAGS = re.compile(rb"(PK\x01\x02.{5}|PK\x03\x04.{3})(.)", re.DOTALL)
_NAME_IS_UTF8 = 0x08

#: Entries of a tar that hold names of the entry behind them.
_EXTENDED = (
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
)
#: Digits of the length of a record in an extended header of a tar archive.
_LENGTH_DIGITS = 20

_NO_FILE = "is a link or a device, not a file"

#: Returns the first bytes of a member, up to a number; raises `BadInputError` if it is damaged.
Read = Callable[[int], bytes]
#: A member: its path, why it is refused or nothing, and how to open it.
_Member = tuple[PurePosixPath, str, Callable[[], IO[bytes] | None]]


class ArchiveLimits(NamedTuple):
    """How much of an archive is read: members of a wanted kind, and their bytes in all."""

    members: int
    total: int


class _Budget:
    """The number of members and bytes of an archive that may still be read."""

    def __init__(self, archive: str, limits: ArchiveLimits) -> None:
        self._archive, self.limits = archive, limits
        self.members, self.bytes = limits

    def require(self) -> None:
        """Refuse to go on where too much was read."""
        if self.members < 0 or self.bytes < 0:
            limits = self.limits
            kept = f"{limits.members} files" if self.members < 0 else f"{limits.total >> 20} MiB"
            raise BadInputError(
                f"{short(self._archive)} is not read beyond its first {kept}. "
                "Zip the exercises' files alone"
            )


def archive_members(
    archive: Path,
    is_wanted: Callable[[PurePosixPath], bool],
    on_note: OnNote,
    limits: ArchiveLimits | None = None,
) -> Iterator[tuple[PurePosixPath, Read]]:
    """Yield each member of `archive` whose path `is_wanted`; read each before the next.

    Args:
        archive: a zip, or a tar, plain or packed by gzip.
        on_note: called with a sentence for each member, or the archive, that is left out.
        limits: None for those of one submission; all bytes of a tar count that must be unpacked.
    """
    is_zip = archive.name.lower().endswith(".zip")  # also a file of no other name
    left = _Budget(archive.name, limits or ArchiveLimits(MAX_MEMBERS, MAX_TOTAL))
    try:
        entries = _zip_entries(archive) if is_zip else _tar_entries(archive, left)
        for path, problem, open_member in entries:
            if not is_wanted(path):
                continue
            shown = f"{archive.name}/{path}"
            if path.is_absolute() or ".." in path.parts or PureWindowsPath(path).drive:
                problem = "would leave the folder it is unpacked in"
            if problem:
                on_note(f"{short(shown)} is refused, it {problem}: zip plain files anew")
                continue
            left.members -= 1
            left.require()
            yield path, partial(_read, open_member, shown, left if is_zip else None)
    except BadInputError as error:
        on_note(str(error))
    except Exception as error:  # the libraries do not document which they raise
        kind = "zip" if is_zip else "tar"
        on_note(f"{short(archive.name)} cannot be read as a {kind} archive: {reason(error)}")


def _zip_entries(archive: Path) -> Iterator[_Member]:
    with _opened_zip(archive) as opened:
        for info in opened.infolist():
            # A backslash separates folders, as on the systems that make such archives.
            name = info.filename.replace("\\", "/")
            if name.endswith("/"):
                continue
            problem = "is encrypted" if info.flag_bits & 1 else ""
            if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
                problem = _NO_FILE
            yield PurePosixPath(name), problem, partial(opened.open, info)


def _tar_entries(archive: Path, left: _Budget) -> Iterator[_Member]:
    with archive.open("rb") as raw:
        is_packed = raw.read(len(_GZIP)) == _GZIP
        raw.seek(0)
        mode: Literal["r|gz", "r|"] = "r|gz" if is_packed else "r|"
        with tarfile.open(fileobj=raw, mode=mode, tarinfo=_Entry) as opened:
            for _ in range(MAX_HEADERS):
                if (info := opened.next()) is None:
                    return
                # Unpacked bytes up to the next entry, of those that are not wanted too.
                left.bytes = left.limits.total - opened.offset
                left.require()
                opened.members.clear()  # type: ignore[attr-defined] # it would keep a list of all
                if not info.isdir():
                    is_plain = (
                        info.isreg() and not info.issparse()
                    )  # holes are bytes that cost nothing
                    problem = "" if is_plain else _NO_FILE
                    yield PurePosixPath(info.name), problem, partial(opened.extractfile, info)
    name = short(archive.name)
    raise BadInputError(f"{name}: more than {MAX_HEADERS} entries: the rest is not read")


def _read(
    open_member: Callable[[], IO[bytes] | None], shown: str, left: _Budget | None, limit: int
) -> bytes:
    try:
        with open_member() or io.BytesIO() as stream:
            data = stream.read(limit)
    except BadInputError:
        raise
    except Exception as error:  # as above
        raise BadInputError(f"{short(shown)} cannot be unpacked: {reason(error)}") from None
    if left is not None:
        left.bytes -= len(data)
    return data


class _Entry(tarfile.TarInfo):
    """An entry whose extended header is read in linear time: Python before 3.12.6 takes longer."""

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        """Return the entry that begins here; one with too long a header is an error."""
        if self.type in _EXTENDED and self.size > MAX_HEADER:
            raise tarfile.HeaderError(f"the name of an entry takes more than {MAX_HEADER} bytes")
        entry: tarfile.TarInfo = super()._proc_member(archive)  # type: ignore[misc]
        return entry

    def _proc_pax(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        """Return the entry that the extended header is about, under the path that it gives."""
        data = archive.fileobj.read(self._block(self.size))  # type: ignore[attr-defined]
        following = self.fromtarfile(archive)
        at = 0
        while at < self.size and self.type == tarfile.XHDTYPE:
            length, _, _ = data[at : at + _LENGTH_DIGITS].partition(b" ")
            if not length.isdigit() or not int(length):
                raise tarfile.HeaderError("the extended header of an entry is damaged")
            key, _, value = data[at + len(length) + 1 : at + int(length) - 1].partition(b"=")
            if key == b"path":
                following.name = value.decode("utf-8", "surrogateescape").rstrip("/")
            at += int(length)
        return following


class _ListLimited(io.FileIO):
    """A zip archive on disk, of which no part as large as a too long list of members is read."""

    is_listed = False

    def read(self, size: int | None = -1, /) -> bytes:
        """Read `size` bytes; `zipfile` reads the whole list of members at once."""
        if not self.is_listed and size is not None and size > MAX_DIRECTORY:
            raise BadInputError(
                f"{short(Path(str(self.name)).name)} is not read: its list of files takes more "
                f"than {MAX_DIRECTORY >> 20} MiB. Zip the exercises' files alone"
            )
        return super().read(size) or b""


@contextmanager
def _opened_zip(archive: Path) -> Iterator[zipfile.ZipFile]:
    """Open the archive, unless its list of members would take too much memory."""
    with _ListLimited(archive) as stream:
        try:
            opened = zipfile.ZipFile(stream)
        except UnicodeDecodeError:  # it costs no other file
            opened = zipfile.ZipFile(io.BytesIO(_with_plain_names(archive)))
        stream.is_listed = True
        with opened:
            yield opened


def _with_plain_names(archive: Path) -> bytes:
    """Return `archive`, of which no name claims to be UTF-8."""
    if archive.stat().st_size > MAX_REPAIRED:
        raise BadInputError(
            f"{short(archive.name)} is not read: it has file names that are not UTF-8, and more "
            f"than {MAX_REPAIRED >> 20} MiB. Zip the exercises' files alone"
        )
    return _FLAGS.sub(lambda m: m[1] + bytes([m[2][0] & ~_NAME_IS_UTF8]), archive.read_bytes())
