"""Untrusted zip archives, read in memory: no member is unpacked under its own name.

A member that cannot be read is skipped, and a note names it.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.submissions.archives.members import (
    ArchiveLimits,
    Budget,
    Member,
    leaves_its_folder,
    refused,
)
from autograder.submissions.notes import OnNote, reason, short
from framework.errors import BadInputError

#: The list of members, and an archive whose list must be repaired in memory.
MAX_DIRECTORY = 8 << 20
MAX_REPAIRED = 64 << 20

_END, _LOCATOR_64 = b"PK\x05\x06", b"PK\x06\x07"
#: Where `zipfile` looks for the last record of a large archive: before its locator, before the end.
_END_64_SIZE, _LOCATOR_64_SIZE = 56, 20
_NAME_IS_UTF8 = 0x800


def zip_members(
    archive: Path,
    is_wanted: Callable[[PurePosixPath], bool],
    on_note: OnNote,
    limits: ArchiveLimits | None = None,
) -> Iterator[Member]:
    """Yield the members of `archive` whose path `is_wanted`; read each before the next.

    Args:
        on_note: called with a sentence for each member, or the archive, that is left out.
        limits: None for those of one submission.
    """
    try:
        with _opened(archive) as opened:
            left = Budget(archive.name, limits)
            yield from _members(opened, archive.name, is_wanted, on_note, left)
    except BadInputError as error:
        on_note(str(error))
    except Exception as error:  # `zipfile` does not document which it raises
        on_note(f"{short(archive.name)} cannot be read as a zip archive: {reason(error)}")


def _members(
    opened: zipfile.ZipFile,
    archive: str,
    is_wanted: Callable[[PurePosixPath], bool],
    on_note: OnNote,
    left: Budget,
) -> Iterator[Member]:
    for info in opened.infolist():
        # A backslash separates folders, as on the systems that make such archives.
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if info.filename.endswith(("/", "\\")) or not is_wanted(path):
            continue
        if problem := _problem(path, info):
            on_note(refused(f"{archive}/{path}", problem))
            continue
        left.count_member()
        yield Member(path, _reader(opened, info, f"{archive}/{path}", left))


def _reader(
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


def _problem(path: PurePosixPath, info: zipfile.ZipInfo) -> str:
    """Return why a member is not read; empty for one that can be."""
    if leaves_its_folder(path, info.filename):
        return "would leave the folder it is unpacked in"
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device, not a file"
    return "is encrypted" if info.flag_bits & 1 else ""


def _opened(archive: Path) -> zipfile.ZipFile:
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

    Python's `zipfile` opens no archive with such a claim, whatever else is in it.

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
