"""One export of a class, a folder or a zip: its files, and what a reader finds in them."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path, PurePosixPath

from autograder.public.submissions import (
    ArchiveLimits,
    OnNote,
    archive_members,
    files_below,
    reason,
    short,
    why_unreadable,
)
from framework.errors import BadInputError

#: Maximum sizes of an export.
LIMITS = ArchiveLimits(members=200_000, total=64 << 30)

_JUNK = {"__MACOSX", ".DS_Store", ".git", "Thumbs.db", "desktop.ini"}

#: Returns the first bytes of a file; the argument is their maximum number.
Read = Callable[[int], bytes]


class Export:
    """The files of an export; nothing is unpacked, and a refused file becomes a note."""

    def __init__(self, path: Path, on_note: OnNote) -> None:
        self.path = path
        if not path.is_dir() and not (path.is_file() and path.suffix.lower() == ".zip"):
            raise BadInputError(f"no export at {path}: expected a folder or a .zip")
        self.files = tuple(self._list(on_note))

    @property
    def folders(self) -> list[str]:
        """Names of the folders at the top, sorted, without links; of a zip, those with files."""
        if self.path.is_dir():
            children = (child for child in self.path.iterdir() if not child.is_symlink())
            names = {child.name for child in children if child.is_dir()}
        else:
            names = {file.parts[0] for file in self.files if len(file.parts) > 1}
        return sorted(names - _JUNK)

    def each(self, wanted: Collection[PurePosixPath]) -> Iterator[tuple[PurePosixPath, Read]]:
        """Yield each of the files `wanted`, and how to read it; read each before the next."""
        if self.path.is_dir():
            yield from ((file, partial(_read_start, self.path, file)) for file in wanted)
            return
        names = set(wanted)
        yield from archive_members(self.path, names.__contains__, lambda _: None, LIMITS)

    def text(self, file: PurePosixPath, limit: int) -> str:
        """Return the text of `file`; bytes that are no UTF-8 are replaced."""
        for _, read in self.each([file]):
            data = read(limit + 1)
            if len(data) <= limit:
                return data.decode("utf-8-sig", "replace")
            raise BadInputError(f"{short(str(file))} has more than {limit >> 10} KiB")
        raise BadInputError(f"{short(str(file))} cannot be read")

    def _list(self, on_note: OnNote) -> Iterator[PurePosixPath]:
        if not self.path.is_dir():
            yield from (file for file, _ in archive_members(self.path, _is_work, on_note, LIMITS))
            return
        for file in files_below(self.path, lambda name: name not in _JUNK, on_note):
            if file.name in _JUNK:
                continue
            # A link may name another student's file.
            is_link = (self.path / file).is_symlink()
            problem = "is a link: not followed" if is_link else why_unreadable(self.path, file)
            if problem:
                on_note(f"{short(str(file))} {problem}")
            else:
                yield file


def _is_work(file: PurePosixPath) -> bool:
    is_junk = any(part in _JUNK or part.startswith("._") for part in file.parts)
    return bool(file.parts) and not is_junk  # "." has no parts


def _read_start(root: Path, file: PurePosixPath, limit: int) -> bytes:
    """Read a file of a folder, in which students may put links and pipes at this moment."""
    try:
        with open(root / file, "rb", opener=_without_waiting) as stream:
            at_path = Path(os.path.realpath(root)) / file
            status = os.fstat(stream.fileno())
            is_at_path = os.path.samestat(status, at_path.lstat())
            is_plain = is_at_path and os.path.realpath(at_path) == str(at_path)  # without links
            if is_plain and stat.S_ISREG(status.st_mode):
                return stream.read(limit)
    except OSError as error:
        raise BadInputError(f"{short(file.name)} cannot be read: {reason(error)}") from None
    raise BadInputError(f"{short(str(file))} was replaced by a link or a pipe: not read")


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


@dataclass(frozen=True)
class Owner:
    """A student or a group, as named in an export; the surest identifier comes first."""

    identifiers: tuple[tuple[str, str], ...]
    name: str = ""


@dataclass(frozen=True)
class HandedIn:
    """A submitted file.

    Attributes:
        file: its path in the export.
        inner: its path in the submission.
        version: what distinguishes several attempts of the same owners.
        submitted: when; None where the export does not say.
        is_late: what the system says; None where it says nothing.
        read: its contents, where it is no plain file of the export.
    """

    file: PurePosixPath
    inner: PurePosixPath
    owners: tuple[Owner, ...]
    version: str = ""
    submitted: datetime | None = None
    is_late: bool | None = None
    read: Read | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Wanted:
    """The facts about the class that a reader gets.

    Attributes:
        assignment: its name in the other system; empty if not given.
        zone: the time zone of times that name none.
        is_team_work: whether owners are groups.
        known: returns all known identifiers of some kinds, in the compared form.
        due: returns the due date of an owner; None without one.
    """

    assignment: str = ""
    zone: tzinfo | None = None
    is_team_work: bool = False
    known: Callable[..., Collection[str]] = field(default=lambda *kinds: ())
    due: Callable[[Owner], datetime | None] = field(default=lambda owner: None)


@dataclass
class Reading:
    """What an export holds: files of students, others with the reason, and notes."""

    found: list[HandedIn] = field(default_factory=list)
    unmatched: dict[PurePosixPath, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


#: Reads an export of one system.
Reader = Callable[[Export, Wanted], Reading]
