"""Long measurements: in parallel processes, with progress, and resumable.

With ``GRADUS_JOURNAL=FILE`` each result is kept in FILE, and what it has is not measured again as
long as neither gradus nor the exercise has changed. ``GRADUS_JOBS=1`` measures in one process;
the default is one for each processor.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from repository import ROOT

from autograder.course.reading import Course, find_course
from autograder.grading.parallel import in_parallel, load_grader

#: Seconds between two lines about the progress.
INTERVAL = 30.0
JOBS = int(os.environ.get("GRADUS_JOBS", "0"))


class Case(NamedTuple):
    """A source that is measured, and the name that it has in messages."""

    exercise: str
    label: str
    source: str


def measured(measure: Callable[[Case], Any], cases: Iterable[Case], title: str) -> dict[Case, Any]:
    """Return what `measure` gives for each of `cases`: values that JSON has.

    Cases of one exercise are measured one after the other.
    """
    kept, ordered = Kept(os.environ.get("GRADUS_JOURNAL", ""), title), sorted(set(cases))
    found = {case: kept.results[key] for case in ordered if (key := kept.key(case)) in kept.results}
    missing = [case for case in ordered if case not in found]
    load_grader()
    results = with_progress(in_parallel(measure, missing, JOBS), title, len(missing))
    for case, result in zip(missing, results, strict=True):
        kept.add(case, result)
        found[case] = result
    return found


def with_progress(results: Iterable[Any], title: str, count: int) -> Iterator[Any]:
    """Yield `results`, and print how many of them there are from time to time."""
    told = time.monotonic()
    for number, result in enumerate(results, start=1):
        if time.monotonic() - told > INTERVAL:
            told = time.monotonic()
            sys.stdout.write(f"{title}: {number} of {count}\n")
            sys.stdout.flush()
        yield result


class Kept:
    """The results of an earlier run in a file; none if `file` is empty.

    Attributes:
        results: by the key of each case.
    """

    def __init__(self, file: str, title: str) -> None:
        self._file = Path(file) if file else None
        self._title = title
        self.results = dict(_read(self._file)) if self._file else {}
        self._course = find_course()
        self._digest = cache(self._digest_of)

    def key(self, case: Case) -> str:
        """Return the key of a case: of all that its result depends on."""
        parts = self._title, *case, self._digest(case.exercise)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def add(self, case: Case, result: Any) -> None:
        """Keep a result on disk."""
        if self._file is not None:
            entry = {"key": self.key(case), "case": case[:2], "result": result}
            with self._file.open("a", encoding="utf-8") as file:
                file.write(f"{json.dumps(entry)}\n")

    def _digest_of(self, exercise: str) -> str:
        digest = hashlib.sha256(_code_digest().encode())
        for file in _files(*_folders(self._course, exercise)):
            digest.update(file.read_bytes())
        return digest.hexdigest()


def _read(file: Path) -> Iterator[tuple[str, Any]]:
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    for line in lines:
        with suppress(ValueError, KeyError):  # its writing was interrupted
            entry = json.loads(line)
            yield entry["key"], entry["result"]


def _folders(course: Course, exercise: str) -> Iterator[Path]:
    """Yield the folders of an exercise and of what it requires."""
    for needed in course.with_required([course.exercise(exercise)]):
        yield from (needed.folder, needed.solution.parent)


@cache
def _code_digest() -> str:
    digest = hashlib.sha256()
    for file in _files(*(ROOT / name for name in ("framework", "autograder", "plugins"))):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _files(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                yield file
