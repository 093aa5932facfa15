"""Untrusted zip and tar archives, read in memory: no member is unpacked under its own name.

A member that cannot be read is skipped, and a note names it.
"""

from __future__ import annotations

import gzip
import io
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, NamedTuple

from autograder.submissions.notes import OnNote, reason, short
from framework.errors import BadInputError

#: Members of a wanted kind that are read, and bytes of them in all, after unpacking.
MAX_MEMBERS = 5_000
MAX_TOTAL = 256 << 20
#: The list of members of a zip archive, and an archive whose list must be repaired in memory.
MAX_DIRECTORY = 8 << 20
MAX_REPAIRED = 64 << 20
#: Entries of a tar archive that are looked at, folders and unwanted files too.
MAX_HEADERS = 200_000

_GZIP = b"\x1f\x8b"
_END, _LOCATOR_64 = b"PK\x05\x06", b"PK\x06\x07"
#: Where `zipfile` looks for the last record of a large archive: before its locator, before the end.
_END_64_SIZE, _LOCATOR_64_SIZE = 56, 20
_NAME_IS_UTF8 = 0x800
#: Records that end in a file's name, in the list of members and before the data of each:
#: their signature, where their flags and the name's length stand, and their size.
_HEADERS = ((b"PK\x01\x02", 8, 28, 46), (b"PK\x03\x04", 6, 26, 30))

_NO_FILE = "is a link or a device, not a file"

#: Returns the first bytes of a member, up to a number; raises `BadInputError` if it is damaged.
Read = Callable[[int], bytes]
#: A member: its path, why it is refused or nothing, and how to open it.
_Entry = tuple[PurePosixPath, str, Callable[[], IO[bytes] | None]]


class ArchiveLimits(NamedTuple):
    """How much of an archive is read: members of a wanted kind, and their bytes in all."""

    members: int
    total: int


class _Budget:
    """The number of members and bytes of an archive that may still be read."""

    def __init__(self, archive: str, limits: ArchiveLimits) -> None:
        self._archive, self._limits = archive, limits
        self.members, self.bytes = limits

    def require(self) -> None:
        """Refuse to go on where too much was read."""
        if self.members < 0 or self.bytes < 0:
            limits = self._limits
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
    is_zip = archive.suffix.lower() == ".zip"
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


def _zip_entries(archive: Path) -> Iterator[_Entry]:
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


def _tar_entries(archive: Path, left: _Budget) -> Iterator[_Entry]:
    with archive.open("rb") as raw:
        is_packed = raw.read(len(_GZIP)) == _GZIP
        raw.seek(0)
        stream = gzip.GzipFile(fileobj=raw) if is_packed else raw
        counted = io.BufferedReader(_Counted(stream, left))
        with tarfile.open(fileobj=counted, mode="r|") as opened:
            for _ in range(MAX_HEADERS):
                if (info := opened.next()) is None:
                    return
                opened.members.clear()  # type: ignore[attr-defined] # it would keep a list of all
                if not info.isdir():
                    problem = "" if info.isreg() else _NO_FILE
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


class _Counted(io.RawIOBase):
    """Reads an unpacked archive, headers and unwanted members too, up to a number of bytes."""

    def __init__(self, stream: io.BufferedIOBase, left: _Budget) -> None:
        self._stream, self._left = stream, left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        self._left.bytes -= len(data)
        self._left.require()
        buffer[: len(data)] = data
        return len(data)


def _opened_zip(archive: Path) -> zipfile.ZipFile:
    """Open the archive, unless its list of members would take too much memory."""
    if _directory_size(archive) > MAX_DIRECTORY:
        raise BadInputError(
            f"{short(archive.name)} is not read: its list of files takes more than "
            f"{MAX_DIRECTORY >> 20} MiB. Zip the exercises' files alone"
        )
    try:
        return zipfile.ZipFile(archive)
    except UnicodeDecodeError:
        return zipfile.ZipFile(io.BytesIO(_with_plain_names(archive)))


def _directory_size(archive: Path) -> int:
    """Bytes of the list of members as the archive's last record states them; 0 without one."""
    with archive.open("rb") as stream:
        stream.seek(max(stream.seek(0, io.SEEK_END) - (1 << 16) - 128, 0))
        tail = stream.read()
    end = tail.rfind(_END)
    if end < 0 or len(tail) < end + 16:
        return 0
    end_64 = end - _LOCATOR_64_SIZE - _END_64_SIZE
    if end_64 >= 0 and tail[end - _LOCATOR_64_SIZE :].startswith(_LOCATOR_64):
        return int(struct.unpack_from("<Q", tail, end_64 + 40)[0])
    return int(struct.unpack_from("<L", tail, end + 12)[0])


def _with_plain_names(archive: Path) -> bytes:
    """Return `archive`, where names claim to be UTF-8 only if they are, as `zipfile` requires."""
    if archive.stat().st_size > MAX_REPAIRED:
        raise BadInputError(
            f"{short(archive.name)} is not read: it has file names that are not UTF-8, and more "
            f"than {MAX_REPAIRED >> 20} MiB. Zip the exercises' files alone"
        )
    data = bytearray(archive.read_bytes())
    for signature, flags_at, length_at, size in _HEADERS:
        at = data.find(signature)
        while 0 <= at <= len(data) - size:
            (flags,) = struct.unpack_from("<H", data, at + flags_at)
            (length,) = struct.unpack_from("<H", data, at + length_at)
            try:
                data[at + size : at + size + length].decode("utf-8")
            except UnicodeDecodeError:
                struct.pack_into("<H", data, at + flags_at, flags & ~_NAME_IS_UTF8)
            at = data.find(signature, at + 4)
    return bytes(data)
