"""What archives of all formats share: members, limits, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Protocol

from autograder.submissions.notes import OnNote, short
from framework.errors import BadInputError

#: Members of a wanted kind that are read, and bytes of them in all, after unpacking.
MAX_MEMBERS = 5_000
MAX_TOTAL = 256 << 20


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


class MembersOf(Protocol):
    """Yields the wanted members of an archive; read each before the next."""

    def __call__(
        self,
        archive: Path,
        is_wanted: Callable[[PurePosixPath], bool],
        on_note: OnNote,
        limits: ArchiveLimits | None = None,
    ) -> Iterator[Member]:
        """Yield the members of `archive` whose path `is_wanted`."""


class Budget:
    """The number of members and bytes of an archive that may still be read.

    Args:
        limits: None for those of one submission.
    """

    def __init__(self, archive: str, limits: ArchiveLimits | None) -> None:
        self._archive = archive
        self._limits = limits or ArchiveLimits(MAX_MEMBERS, MAX_TOTAL)
        self._members, self._bytes = self._limits.members, self._limits.total

    @property
    def bytes_left(self) -> int:
        """Bytes that may still be unpacked; negative where there were too many."""
        return self._bytes

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


def leaves_its_folder(path: PurePosixPath, name: str) -> bool:
    """Return whether a member would be unpacked outside of the archive's folder.

    Args:
        path: its path, with slashes.
        name: as the archive spells it.
    """
    return path.is_absolute() or ".." in path.parts or bool(PureWindowsPath(name).drive)


def refused(shown: str, problem: str) -> str:
    """Return the note on a member that is not read because of its kind."""
    return f"{short(shown)} is refused, it {problem}: zip plain files anew"
