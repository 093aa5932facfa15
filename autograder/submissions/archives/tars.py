"""Untrusted tar archives, plain or packed by gzip, read once from the start to the end."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
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

#: Entries of an archive that are looked at, folders and unwanted files too.
MAX_HEADERS = 200_000

_GZIP = b"\x1f\x8b"


def tar_members(
    archive: Path,
    is_wanted: Callable[[PurePosixPath], bool],
    on_note: OnNote,
    limits: ArchiveLimits | None = None,
) -> Iterator[Member]:
    """Yield the members of `archive` whose path `is_wanted`; read each before the next.

    Args:
        on_note: called with a sentence for each member, or the archive, that is left out.
        limits: None for those of one submission; all bytes count that must be unpacked on the way.
    """
    left = Budget(archive.name, limits)
    try:
        with ExitStack() as stack:
            stream = io.BufferedReader(_Counted(_unpacked(archive, stack), left))
            opened = stack.enter_context(tarfile.open(fileobj=stream, mode="r|"))
            yield from _members(opened, archive.name, is_wanted, on_note, left)
    except BadInputError as error:
        on_note(str(error))
    except Exception as error:  # `tarfile` raises those of the packing, too
        on_note(f"{short(archive.name)} cannot be read as a tar archive: {reason(error)}")


def _unpacked(archive: Path, stack: ExitStack) -> io.BufferedReader:
    """Open `archive`; its first bytes say how it is packed."""
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


def _members(
    opened: tarfile.TarFile,
    archive: str,
    is_wanted: Callable[[PurePosixPath], bool],
    on_note: OnNote,
    left: Budget,
) -> Iterator[Member]:
    for _ in range(MAX_HEADERS):
        if (info := opened.next()) is None:
            return
        opened.members.clear()  # type: ignore[attr-defined] # it would keep a list of all
        path = PurePosixPath(info.name)
        if info.isdir() or not is_wanted(path):
            continue
        if problem := _problem(path, info):
            on_note(refused(f"{archive}/{path}", problem))
            continue
        left.count_member()
        yield Member(path, _reader(opened, info, f"{archive}/{path}"))
    on_note(f"{short(archive)}: more than {MAX_HEADERS} entries: the rest is not read")


def _problem(path: PurePosixPath, info: tarfile.TarInfo) -> str:
    """Return why a member is not read; empty for one that can be."""
    if leaves_its_folder(path, info.name):
        return "would leave the folder it is unpacked in"
    return "" if info.isreg() else "is a link or a device, not a file"


def _reader(opened: tarfile.TarFile, info: tarfile.TarInfo, shown: str) -> Callable[[int], bytes]:
    def read(limit: int) -> bytes:
        try:
            stream = opened.extractfile(info)
            return stream.read(limit) if stream is not None else b""
        except BadInputError:
            raise
        except Exception as error:  # as above
            raise BadInputError(f"{short(shown)} cannot be unpacked: {reason(error)}") from None

    return read
