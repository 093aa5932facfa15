"""`grade --watch`: grade, and again whenever something of the submission is saved."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from autograder.submissions.candidates import candidates
from framework.errors import UsageError

#: How often the files are looked at, in seconds.
INTERVAL = 0.02

#: How long a file stays as it is before it counts as saved: editors empty it first.
SAVING = 0.01

#: File -> time of its last change and size.
Stamps = dict[Path, tuple[int, int]]


def grade_on_change(grade: Callable[[], int], place: Path) -> int:
    """Call `grade` now and after every change of the submission `place`, until interrupted.

    Returns:
        the exit code of the last grading.

    Raises:
        UsageError: the first grading cannot be done. Later on the file may be half saved.
    """
    before = stamps(place)
    code = grade()
    try:
        while True:
            before = _wait_for_change(place, before)
            code = _attempt(grade)
    except KeyboardInterrupt:
        return code


def stamps(place: Path) -> Stamps:
    """Return the state of everything in `place` that may hold an exercise."""
    return _stamps_of(_files(place))


def _stamps_of(paths: Iterable[Path]) -> Stamps:
    found = {}
    for path in paths:
        with suppress(OSError):  # an editor may be replacing it just now
            state = path.stat()
            found[path] = state.st_mtime_ns, state.st_size
    return found


def _files(place: Path) -> Iterator[Path]:
    if not place.is_dir():
        yield place
        return
    yield from (candidate.path for candidate in candidates(place, lambda note: None))


def _wait_for_change(place: Path, before: Stamps) -> Stamps:
    """Wait until the state is not `before`; returns the new one.

    `before` is taken before grading, so that what is saved meanwhile is graded too. The files and
    folders that are known are looked at often, and all of `place` when one of them has changed.
    """
    sys.stdout.write(f"\nWatching {place}: save a file to grade again; Ctrl-C ends.\n")
    sys.stdout.flush()
    folders = _folders(place)
    seen = _stamps_of([*before, *folders])
    while (now := stamps(place)) == before:
        while (found := _stamps_of([*before, *folders])) == seen:
            time.sleep(INTERVAL)
        time.sleep(SAVING)
        while (seen := _stamps_of([*before, *folders])) != found:
            time.sleep(SAVING)
            found = seen
        folders = _folders(place)
        seen = _stamps_of([*before, *folders])
    return now


def _folders(place: Path) -> list[Path]:
    """Return `place`, and the folders in it, where new files may appear."""
    return [Path(folder) for folder, _, _ in os.walk(place) if "/." not in folder]


def _attempt(grade: Callable[[], int]) -> int:
    try:
        return grade()
    except UsageError as error:
        sys.stderr.write(f"grade: {error}\n")
        return error.exit_code
