"""The state of a run that is being graded, read from its store as seldom as pages need it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, select

from autograder.classes.collecting.collection import Collection, read_collection
from autograder.classes.collecting.pseudonyms import Shown
from autograder.classes.pages.code import CodeReader
from autograder.classes.pages.rendering import render
from autograder.classes.pages.site import Live, Site
from autograder.classes.pages.view import read_view
from autograder.classes.store.database import Store
from autograder.classes.store.runs import entries_of, find_run
from autograder.classes.store.tables import KEY, grading, key_of
from autograder.course.reading import Course

#: Seconds between two looks at the store, and between two refreshed pages.
LOOK, REFRESH = 1.0, 5.0
#: Seconds after which a quiet connection gets a comment, so that nothing closes it.
BEAT = 15.0


@dataclass(frozen=True)
class Count:
    """How many results a run has; `ended` is the time of its end."""

    done: int
    total: int
    ended: float | None


class Serving:
    """The pages of a run as they are now.

    Args:
        folder: the collection.
        store: has the run.
        number: of the run.
        shown: returns how students are called.
        course: what the code belongs to.
    """

    def __init__(
        self, folder: Path, store: Store, number: int, shown: Shown, course: Course
    ) -> None:
        self._folder, self._store, self._number = folder, store, number
        self._shown, self._course = shown, course
        self._lock = Lock()
        self._known: tuple[Count, Site] | None = None
        self._read_at = 0.0
        self._counted: tuple[float, Count] | None = None

    @cached_property
    def _collection(self) -> Collection:
        return read_collection(self._folder)

    def count(self) -> Count:
        """Return how many results are there; all readers share a look at the store."""
        counted = self._counted
        if counted is None or time.monotonic() > counted[0] + LOOK:
            counted = time.monotonic(), self._store.transaction(self._count)
            self._counted = counted
        return counted[1]

    def _count(self, connection: Connection) -> Count:
        run = find_run(connection, self._number)
        keys = {run.key(one) for one in entries_of(connection, run.id)}
        chosen = select(*(grading.c[name] for name in KEY)).where(
            grading.c.revision == run.revision,
            grading.c.seed == run.seed,
            grading.c.environment == run.environment,
        )
        done = sum(key_of(row) in keys for row in connection.execute(chosen))
        return Count(done, len(keys), run.ended)

    def site(self) -> tuple[Site, Count]:
        """Return the pages; of a run that is being graded, those of some seconds ago at most."""
        with self._lock:
            known = self._known
            if known is not None and time.monotonic() < self._read_at + REFRESH:
                return known[1], known[0]
            count = self.count()
            if known is None or known[0] != count:
                known = count, self._read()
            self._known, self._read_at = known, time.monotonic()
            return known[1], known[0]

    def _read(self) -> Site:
        collection = self._collection
        view = self._store.transaction(
            lambda connection: read_view(
                connection, collection, find_run(connection, self._number), self._shown
            )
        )
        return Site(view, self._store, CodeReader(collection, self._course))

    def content(self, path: str, query: str = "") -> bytes | None:
        """Return the page or file at `path`; None if there is none."""
        site, count = self.site()
        return site.content(path, _live(count, query))

    async def events(self) -> AsyncIterator[str]:
        """Yield server-sent events: the progress of the run, and that pages have changed."""
        sent, refreshed, beat = None, time.monotonic(), time.monotonic()
        while True:
            count = await asyncio.to_thread(self.count)
            now = time.monotonic()
            if count != sent:
                yield _event("progress", _progress(count))
                sent, beat = count, now
            if self._known is not None and count != self._known[0] and now > refreshed + REFRESH:
                yield _event("changed", "")
                refreshed = now
            if now > beat + BEAT:
                yield ": still here\n\n"
                beat = now
            await asyncio.sleep(LOOK)


def _live(count: Count, query: str = "") -> Live:
    return Live(query, count.done, count.total, count.ended is not None)


def _progress(count: Count) -> str:
    return render("progress.html", live=_live(count), path="")


def _event(name: str, data: str) -> str:
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {name}\n{lines}\n"
