"""`grade --watch`: grade, and again whenever something of the submission is saved."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from autograder.submissions.candidates import candidates
from framework.commands.output import write_error
from framework.errors import UsageError

#: How often the files are looked at, in seconds.
INTERVAL = 0.1
#: How long they stay as they are before they count as saved, in seconds.
SAVING = 0.02

#: File -> time of its last change and size.
Stamps = dict[Path, tuple[int, int]]
#: Those of the submission, and of the course.
BothStamps = tuple[Stamps, Stamps]


def grade_on_change(
    grade: Callable[[], int], folder: Path, course: Sequence[Path] = ()
) -> int | None:
    """Call `grade` now and after every change of the submission `folder`, until interrupted.

    What is saved while it is graded is graded too. An error ends only the first grading: later on,
    the file may be half saved. The exit code is that of the last grading; None if a file of
    `course` has changed.
    """

    def look() -> BothStamps:
        return stamps(folder), _stamps_of(course)

    graded = look()
    code = grade()
    with suppress(KeyboardInterrupt):
        while True:
            print(f"\nWatching {folder}: save a file to grade again; Ctrl-C ends.", flush=True)
            before, graded = graded, _changed(look, graded)
            if graded[1] != before[1]:
                return None
            try:
                code = grade()
            except UsageError as error:
                write_error(f"grade: {error}")
                code = error.exit_code
    return code


def _changed(look: Callable[[], BothStamps], before: BothStamps) -> BothStamps:
    """Return what `look` sees once it differs from `before`, and twice the same.

    A file may be half saved: editors empty it first.
    """
    last = before
    while (now := look()) == before or now != last:
        last = now
        time.sleep(INTERVAL if now == before else SAVING)
    return now


def start_again() -> int:
    """Start this command again in this process, as a course that has changed needs it."""
    sys.stdout.flush()
    if os.name == "nt":  # there, the shell would not wait for the new process
        sys.stdout.write("The course has changed: start the command again.\n")
        return 0
    return os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def stamps(folder: Path) -> Stamps:
    """Return the state of everything in `folder` that may hold an exercise."""
    if not folder.is_dir():
        return _stamps_of([folder])
    return _stamps_of(candidate.path for candidate in candidates(folder, lambda note: None))


def _stamps_of(paths: Iterable[Path]) -> Stamps:
    seen = {}
    for path in paths:
        with suppress(OSError):  # an editor may be replacing it just now
            state = path.stat()
            seen[path] = state.st_mtime_ns, state.st_size
    return seen
