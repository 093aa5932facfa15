"""What the reader of an export finds: each file with its owners, its attempt and its time."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import PurePosixPath

from autograder.classes.exports.export import Export, Read


@dataclass(frozen=True)
class Owner:
    """A student or a group, as an export names it.

    Attributes:
        identifiers: kind and value, the surest first.
        name: the display name, which is no identifier.
    """

    identifiers: tuple[tuple[str, str], ...]
    name: str = ""


@dataclass(frozen=True)
class HandedIn:
    """A file that was handed in.

    Attributes:
        file: its path in the export.
        inner: its path in the submission.
        owners: the students, or one group.
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
    """What a reader knows about the class.

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
    """The result of reading one export.

    Attributes:
        unmatched: file -> why it belongs to no student, for files of no known form.
        notes: sentences on what an instructor should look at.
    """

    found: list[HandedIn] = field(default_factory=list)
    unmatched: dict[PurePosixPath, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


#: Reads an export of one system.
Reader = Callable[[Export, Wanted], Reading]
