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
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

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

IsWanted = Callable[[PurePosixPath], bool]


@dataclass(frozen=True)
class ArchiveLimits:
    """How much of an archive is read: members of a wanted kind, and their bytes in all."""

    members: int
    total: int


@dataclass(frozen=True)
class Member:
    """A file of an archive: its path there, and how to read its first bytes.

    Args:
        read: returns at most that many bytes; raises `BadInputError` where it is damaged.
    """

    path: PurePosixPath
    read: Callable[[int], bytes]


class Budget:
    """The number of members and bytes of an archive that may still be read.

    Args:
        limits: None for those of one submission.
    """

    def __init__(self, archive: str, limits: ArchiveLimits | None) -> None:
        self._archive = archive
        self._limits = limits or ArchiveLimits(MAX_MEMBERS, MAX_TOTAL)
        self._members, self._bytes = self._limits.members, self._limits.total

    def count_member(self) -> None:
        """Count one more member.

        Raises:
            BadInputError: the archive has too many members or bytes.
        """
        self._members -= 1
        self.require()

    def count_bytes(self, count: int) -> None:
        """Count what was unpacked."""
        self._bytes -= count

    def require(self) -> None:
        """Refuse to go on where too much was read.

        Raises:
            BadInputError: the archive has too many members or bytes.
        """
        if self._members < 0 or self._bytes < 0:
            limits = self._limits
            kept = f"{limits.members} files" if self._members < 0 else f"{limits.total >> 20} MiB"
            raise BadInputError(
                f"{short(self._archive)} is not read beyond its first {kept}. "
                "Zip the exercises' files alone"
            )


def zip_members(
    archive: Path, is_wanted: IsWanted, on_note: OnNote, limits: ArchiveLimits | None = None
) -> Iterator[Member]:
    """Yield the members of the zip `archive` whose path `is_wanted`; read each before the next.

    Args:
        on_note: called with a sentence for each member, or the archive, that is left out.
        limits: None for those of one submission.
    """
    left = Budget(archive.name, limits)
    try:
        with _opened_zip(archive) as opened:
            for info in opened.infolist():
                # A backslash separates folders, as on the systems that make such archives.
                path = PurePosixPath(info.filename.replace("\\", "/"))
                if info.filename.endswith(("/", "\\")) or not is_wanted(path):
                    continue
                if problem := _problem(path, info.filename, _kind_problem(info)):
                    on_note(_refused(f"{archive.name}/{path}", problem))
                    continue
                left.count_member()
                yield Member(path, _zip_reader(opened, info, f"{archive.name}/{path}", left))
    except BadInputError as error:
        on_note(str(error))
    except Exception as error:  # `zipfile` does not document which it raises
        on_note(f"{short(archive.name)} cannot be read as a zip archive: {reason(error)}")


def tar_members(
    archive: Path, is_wanted: IsWanted, on_note: OnNote, limits: ArchiveLimits | None = None
) -> Iterator[Member]:
    """Yield the members of the tar `archive`, plain or packed by gzip; read each before the next.

    Args:
        on_note: called with a sentence for each member, or the archive, that is left out.
        limits: None for those of one submission; all bytes count that must be unpacked on the way.
    """
    left = Budget(archive.name, limits)
    try:
        with ExitStack() as stack:
            stream = io.BufferedReader(_Counted(_unpacked(archive, stack), left))
            opened = stack.enter_context(tarfile.open(fileobj=stream, mode="r|"))
            yield from _wanted_of_tar(opened, archive.name, is_wanted, on_note, left)
    except BadInputError as error:
        on_note(str(error))
    except Exception as error:  # `tarfile` raises those of the packing, too
        on_note(f"{short(archive.name)} cannot be read as a tar archive: {reason(error)}")


def _wanted_of_tar(
    opened: tarfile.TarFile, archive: str, is_wanted: IsWanted, on_note: OnNote, left: Budget
) -> Iterator[Member]:
    for _ in range(MAX_HEADERS):
        if (info := opened.next()) is None:
            return
        opened.members.clear()  # type: ignore[attr-defined] # it would keep a list of all
        path = PurePosixPath(info.name)
        if info.isdir() or not is_wanted(path):
            continue
        kind_problem = "" if info.isreg() else "is a link or a device, not a file"
        if problem := _problem(path, info.name, kind_problem):
            on_note(_refused(f"{archive}/{path}", problem))
            continue
        left.count_member()
        yield Member(path, _tar_reader(opened, info, f"{archive}/{path}"))
    on_note(f"{short(archive)}: more than {MAX_HEADERS} entries: the rest is not read")


def _problem(path: PurePosixPath, name: str, kind_problem: str) -> str:
    """Return why a member is not read; empty for a member that can be.

    Args:
        path: its path, with slashes.
        name: as the archive spells it.
        kind_problem: what is wrong with its kind.
    """
    if path.is_absolute() or ".." in path.parts or PureWindowsPath(name).drive:
        return "would leave the folder it is unpacked in"
    return kind_problem


def _kind_problem(info: zipfile.ZipInfo) -> str:
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device, not a file"
    return "is encrypted" if info.flag_bits & 1 else ""


def _refused(shown: str, problem: str) -> str:
    """Return the note on a member that is not read because of its kind."""
    return f"{short(shown)} is refused, it {problem}: zip plain files anew"


def _zip_reader(
    opened: zipfile.ZipFile, info: zipfile.ZipInfo, shown: str, left: Budget
) -> Callable[[int], bytes]:
    def read(limit: int) -> bytes:
        try:
            with opened.open(info) as stream:
                data = stream.read(limit)
        except Exception as error:  # as above
            raise BadInputError(f"{short(shown)} cannot be unpacked: {reason(error)}") from None
        left.count_bytes(len(data))
        return data

    return read


def _tar_reader(
    opened: tarfile.TarFile, info: tarfile.TarInfo, shown: str
) -> Callable[[int], bytes]:
    def read(limit: int) -> bytes:
        try:
            stream = opened.extractfile(info)
            return stream.read(limit) if stream is not None else b""
        except BadInputError:
            raise
        except Exception as error:  # as above
            raise BadInputError(f"{short(shown)} cannot be unpacked: {reason(error)}") from None

    return read


def _unpacked(archive: Path, stack: ExitStack) -> io.BufferedReader:
    """Open the tar `archive`; its first bytes say how it is packed."""
    raw = stack.enter_context(archive.open("rb"))
    is_packed = raw.read(len(_GZIP)) == _GZIP
    raw.seek(0)
    if not is_packed:
        return raw
    return io.BufferedReader(stack.enter_context(gzip.GzipFile(fileobj=raw)))


class _Counted(io.RawIOBase):
    """Reads an unpacked archive, headers and unwanted members too, up to a number of bytes."""

    def __init__(self, stream: io.BufferedReader, left: Budget) -> None:
        self._stream, self._left = stream, left

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read into `buffer`.

        Raises:
            BadInputError: the archive has too many bytes.
        """
        data = self._stream.read(len(buffer))
        self._left.count_bytes(len(data))
        self._left.require()
        buffer[: len(data)] = data
        return len(data)


def _opened_zip(archive: Path) -> zipfile.ZipFile:
    """Open the archive with its list of members.

    Raises:
        BadInputError: the list would take too much memory.
    """
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
    """Return the bytes of `archive`, where names that are no UTF-8 do not claim to be.

    Python's `zipfile` opens no archive with a wrong claim.

    Raises:
        BadInputError: it is too large to be repaired.
    """
    if archive.stat().st_size > MAX_REPAIRED:
        raise BadInputError(
            f"{short(archive.name)} is not read: it has file names that are not UTF-8, and more "
            f"than {MAX_REPAIRED >> 20} MiB. Zip the exercises' files alone"
        )
    data = bytearray(archive.read_bytes())
    for header in _HEADERS:
        at = data.find(header.signature)
        while 0 <= at <= len(data) - header.size:
            header.repair(data, at)
            at = data.find(header.signature, at + 4)
    return bytes(data)


@dataclass(frozen=True)
class _Header:
    """A record that ends in a file's name: where its flags and the name's length stand."""

    signature: bytes
    flags: int
    length: int
    size: int

    def repair(self, data: bytearray, at: int) -> None:
        """Withdraw the claim that the name of the record at `at` is UTF-8, where it is not."""
        (flags,) = struct.unpack_from("<H", data, at + self.flags)
        (length,) = struct.unpack_from("<H", data, at + self.length)
        name = data[at + self.size : at + self.size + length]
        if flags & _NAME_IS_UTF8 and not _is_utf8(name):
            struct.pack_into("<H", data, at + self.flags, flags & ~_NAME_IS_UTF8)


#: In the list of members, and before the data of each.
_HEADERS = (_Header(b"PK\x01\x02", 8, 28, 46), _Header(b"PK\x03\x04", 6, 26, 30))


def _is_utf8(name: bytearray) -> bool:
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
