"""Offers of a course and of its bases: names are scoped by course.

A name belongs to the first course that defines it: the active one, then its base. Any name may also
be written with its course, as in ``cs224n/lstm``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from framework.course.catalogue import Catalogue
from framework.providers.registry import Implementation, Offers


def task_names(course: Catalogue) -> frozenset[str]:
    """Return the registry names of all tasks of `course`."""
    tasks = (task for exercise in course.exercise_names for task in course.tasks(exercise))
    return frozenset(task.registry_name for task in tasks)


class ScopedOffers:
    """The offers of one provider for one course.

    Args:
        offers: them, by their plain names.
        course: the course that they are for.
        nearer: the courses whose definitions hide those of `course`.
    """

    def __init__(self, offers: Offers, course: Catalogue, nearer: Sequence[Catalogue]) -> None:
        self._offers, self._course, self._nearer = offers, course, nearer
        self._hidden: frozenset[str] | None = None

    @property
    def providers(self) -> Collection[str]:
        """The providers of all of them."""
        return self._offers.providers

    def find(self, name: str, provider: str) -> Implementation | None:
        """Return ``name@provider``; `name` may have the form ``COURSE/name``."""
        scope, _, plain = name.rpartition("/")
        if scope != (self._course.name if scope else "") or (not scope and self._hides(plain)):
            return None
        entry = self._offers.find(plain, provider)
        return entry if entry is None else replace(entry, name=name)

    def __iter__(self) -> Iterator[Implementation]:
        """Yield all of them; hidden ones under their scoped names."""
        for entry in self._offers:
            scoped = f"{self._course.name}/{entry.name}"
            yield replace(entry, name=scoped) if self._hides(entry.name) else entry

    def _hides(self, name: str) -> bool:
        if self._hidden is None:
            self._hidden = frozenset().union(*map(task_names, self._nearer))
        return name in self._hidden


class Listed:
    """Offers that a plugin lists."""

    def __init__(self, entries: Sequence[Implementation]) -> None:
        self._entries = entries
        self.providers = {entry.provider for entry in entries}

    def find(self, name: str, provider: str) -> Implementation | None:
        """Return ``name@provider``, if it is listed."""
        key = f"{name}@{provider}"
        return next((entry for entry in self._entries if entry.key == key), None)

    def __iter__(self) -> Iterator[Implementation]:
        """Yield all of them."""
        return iter(self._entries)
