"""A collection: a folder with the attempts of a class at one assignment, and their rules.

collection.json     students, attempts, rules, and the files that belong to no student
attempts/ID/...     the files of each attempt, under safe names
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path

import msgspec

from framework.errors import BadInputError
from plugins.classes.collecting.attempts import Attempt, Policy, Standing
from plugins.classes.rosters.dates import time_zone
from plugins.classes.rosters.privacy import FOLDER_MODE, write_private
from plugins.classes.rosters.roster import Student

FILE, ATTEMPTS = "collection.json", "attempts"
#: The tasks that an interrupted `gradus class similarity` has compared.
COMPARED = "compared.json"
SCHEMA, FORMER_SCHEMA = "gradus-collection/2", "gradus-collection/1"


@dataclass(frozen=True)
class Collection:
    """The attempts of a class.

    Attributes:
        id: names the collection in stores, which several may share; its folder may be renamed.
        course: folder or name of the course that its work belongs to; empty if it is not known.
        students: key -> student, in the order of the roster.
        has_roster: whether a roster named the students, or the exports alone.
        attempts: in the order in which they were collected.
        zone: name of the time zone of the due dates; empty without one.
        unmatched: file of an export -> why it belongs to no student.
        notes: other things that an instructor should look at.
    """

    folder: Path
    students: Mapping[str, Student] = field(default_factory=dict)
    has_roster: bool = False
    attempts: tuple[Attempt, ...] = ()
    policy: Policy = field(default_factory=Policy)
    zone: str = ""
    unmatched: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    course: str = ""

    @property
    def name(self) -> str:
        """The name of the assignment: that of the folder."""
        return self.folder.resolve().name

    def attempts_of(self, student: str) -> list[Attempt]:
        """Return the attempts of a student, oldest first."""
        own = (attempt for attempt in self.attempts if student in attempt.students)
        return sorted(own, key=lambda attempt: attempt.place)

    def counting(self) -> dict[str, tuple[Standing, ...]]:
        """Return key of each student -> the attempts that count."""
        own: dict[str, list[Attempt]] = {student: [] for student in self.students}
        for attempt in self.attempts:
            for student in attempt.students:
                own.setdefault(student, []).append(attempt)
        return {key: self.policy.counting(key, attempts) for key, attempts in own.items()}

    def folder_of(self, attempt: str) -> Path:
        """Return the folder with the files of an attempt."""
        return self.folder / ATTEMPTS / attempt

    def spent(self) -> dict[str, int]:
        """Return key of a student -> late days that this assignment takes.

        Of several attempts that may count, the latest is assumed.
        """
        counting = self.counting()
        return {key: standings[-1].spent for key, standings in counting.items() if standings}

    def without(self, student: str) -> Collection:
        """Return the collection without the data of a student."""
        kept = (
            replace(attempt, students=tuple(key for key in attempt.students if key != student))
            for attempt in self.attempts
        )
        extensions = {k: v for k, v in self.policy.extensions.items() if k != student}
        spent = {key: days for key, days in self.policy.spent.items() if key != student}
        return replace(
            self,
            students={k: v for k, v in self.students.items() if k != student},
            attempts=tuple(attempt for attempt in kept if attempt.students),
            policy=replace(self.policy, extensions=extensions, spent=spent),
        )

    def save(self) -> None:
        """Write the collection to its folder."""
        table = {"schema": SCHEMA, **asdict(self)}
        del table["folder"]
        text = json.dumps(table, indent=1, default=datetime.isoformat)
        write_private(self.folder / FILE, text.encode())


def read_collection(folder: Path) -> Collection:
    """Read the collection in `folder`."""
    try:
        table = json.loads((folder / FILE).read_bytes())
        is_former = table["schema"] == FORMER_SCHEMA
        if is_former:  # its runs have the name of the folder
            table |= {"schema": SCHEMA, "id": folder.resolve().name, "course": ""}
            table["policy"].setdefault("grace", 0)
        if table["schema"] != SCHEMA:
            raise BadInputError(
                f"{folder / FILE}: format {table['schema']} instead of {SCHEMA}. Collect again "
                "into a new folder"
            )
        table["folder"] = folder
        for part, kind in ((table, Collection), (table["policy"], Policy)):
            if absent := [f.name for f in fields(kind) if f.name not in part]:
                raise KeyError(absent[0])  # also for a field that has a default
        stored = msgspec.convert(table, Collection, dec_hook=lambda _, value: value)
        collection = replace(stored, policy=in_zone(stored.policy, stored.zone))
        if is_former:
            collection.save()
        return collection
    except FileNotFoundError:
        raise BadInputError(
            f"no collection at {folder}: `gradus class collect SOURCE --as SYSTEM --into {folder}` "
            "makes one"
        ) from None
    except OSError as error:
        raise BadInputError(f"{folder / FILE} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, msgspec.MsgspecError) as error:
        raise BadInputError(f"{folder / FILE} is damaged: {error}") from None


def remember_course(collection: Collection, course: Path) -> None:
    """Let later commands on the collection take the course at `course`."""
    place = str(course.resolve())
    if collection.course != place:
        with locked(collection.folder):
            replace(read_collection(collection.folder), course=place).save()


def in_zone(policy: Policy, zone: str) -> Policy:
    """Return `policy` with due dates in their time zone, in which days are counted."""
    if not zone:
        return policy
    local = time_zone(zone)
    extensions = {
        key: replace(extension, due=extension.due and extension.due.astimezone(local))
        for key, extension in policy.extensions.items()
    }
    due = policy.due and policy.due.astimezone(local)
    return replace(policy, due=due, extensions=extensions)


if sys.platform != "win32":
    import fcntl


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of the collection in `folder`, which is made if it is missing.

    The lock is that of the folder itself, and ends with the process, however that ends. Windows
    has none.
    """
    with ExitStack() as stack:
        try:
            folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            if sys.platform != "win32":
                descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
                stack.callback(os.close, descriptor)
        except OSError as error:
            raise BadInputError(f"no collection can be at {folder}: {error.strerror}") from None
        if sys.platform != "win32":
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BadInputError(
                    f"another command changes {folder} at this moment: run this one again when it "
                    "has ended"
                ) from None
            except OSError:  # a file system without locks
                pass
        yield
