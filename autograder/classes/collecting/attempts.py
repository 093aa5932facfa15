"""An attempt of one or more students at an assignment, as a collection keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True)
class Attempt:
    """An attempt.

    Attributes:
        id: names its folder; says nothing about its students.
        students: their keys, sorted.
        submitted: when, in UTC; None if it is not known.
        is_late: what the other system says; None where it says nothing.
        order: the place among all attempts, for those whose time is not known.
        files: path in its folder -> path in the export.
        notes: what was left out or renamed.
    """

    id: str
    students: tuple[str, ...]
    submitted: datetime | None
    is_late: bool | None
    order: int
    files: Mapping[str, str]
    notes: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[datetime, int]:
        """The place in time: attempts without a known time come first, in their order."""
        return self.submitted or datetime.min.replace(tzinfo=UTC), self.order

    def without(self, student: str) -> Attempt:
        """Return it without one of its students."""
        return replace(self, students=tuple(one for one in self.students if one != student))

    def as_table(self) -> dict[str, Any]:
        """Return it as plain dicts and lists."""
        return {
            "id": self.id,
            "students": list(self.students),
            "submitted": self.submitted.isoformat() if self.submitted is not None else None,
            "is_late": self.is_late,
            "order": self.order,
            "files": dict(self.files),
            "notes": list(self.notes),
        }

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> Attempt:
        """Return what `as_table` made a table of."""
        submitted = table["submitted"]
        return cls(
            id=table["id"],
            students=tuple(table["students"]),
            submitted=datetime.fromisoformat(submitted) if submitted else None,
            is_late=table["is_late"],
            order=table["order"],
            files=dict(table["files"]),
            notes=tuple(table["notes"]),
        )
