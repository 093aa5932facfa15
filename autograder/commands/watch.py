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
INTERVAL = 0.008
#: How long a file stays as it is before it counts as saved: editors empty it first.
SAVING = 0.01
#: How often it is looked at meanwhile, in seconds.
SAVING_INTERVAL = 0.002
#: How often the files of the course are looked at: they are many, and seldom change.
COURSE_INTERVAL = 1.0

#: File -> time of its last change and size.
Stamps = dict[Path, tuple[int, int]]


def grade_on_change(
    grade: Callable[[], int],
    folder: Path,
    prepare: Callable[[], None] = lambda: None,
    course: Sequence[Path] = (),
) -> int | None:
    """Call `grade` now and after every change of the submission `folder`, until interrupted.

    Args:
        prepare: called before each wait.
        course: the files of the course, which `grade` has read.

    Returns:
        the exit code of the last grading; None if a file of `course` has changed.

    Raises:
        UsageError: the first grading cannot be done. Later on the file may be half saved.
    """
    changes = _Changes(folder, course)
    code = grade()
    with suppress(KeyboardInterrupt):
        while True:
            print(f"\nWatching {folder}: save a file to grade again; Ctrl-C ends.", flush=True)
            prepare()
            changes.wait()
            if changes.is_other_course:
                return None
            try:
                code = grade()
            except UsageError as error:
                write_error(f"grade: {error}")
                code = error.exit_code
    return code


def start_again() -> int:
    """Start this command again in this process, as a course that has changed needs it."""
    sys.stdout.flush()
    if os.name == "nt":  # there, the shell would not wait for the new process
        sys.stdout.write("The course has changed: start the command again.\n")
        return 0
    return os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


class _Changes:
    """Changes of the submission `folder`, and of the files of the course that grades it.

    Attributes:
        is_other_course: whether one of the latter has changed.
    """

    def __init__(self, folder: Path, course: Sequence[Path]) -> None:
        self._folder, self._course = folder, course
        self._before, self._course_before = stamps(folder), _stamps_of(course)
        self._looked = time.monotonic()
        self.is_other_course = False

    def wait(self) -> None:
        """Return once the submission or the course has changed.

        The first state is the one before grading, so that what is saved meanwhile is graded too.
        The files and folders that are known are looked at often, and all of `folder` when one of
        them has changed.
        """
        folders = _folders(self._folder)
        seen = self._now(folders)
        while (current := stamps(self._folder)) == self._before and not self._is_other():
            while self._now(folders) == seen and not self._is_other():
                time.sleep(INTERVAL)
            self._settle(folders)
            folders = _folders(self._folder)
            seen = self._now(folders)
        self._before = current
        self._look_at_course()

    def _now(self, folders: Iterable[Path]) -> Stamps:
        return _stamps_of([self._folder, *self._before, *folders])

    def _settle(self, folders: Sequence[Path]) -> None:
        """Wait until nothing has changed for `SAVING` seconds: a file may be half saved."""
        stable, since = self._now(folders), time.monotonic()
        while time.monotonic() - since < SAVING:
            time.sleep(SAVING_INTERVAL)
            if (again := self._now(folders)) != stable:
                stable, since = again, time.monotonic()

    def _is_other(self) -> bool:
        """Return whether the course has changed, by its state of at most `COURSE_INTERVAL` ago."""
        if time.monotonic() - self._looked > COURSE_INTERVAL:
            self._look_at_course()
        return self.is_other_course

    def _look_at_course(self) -> None:
        self._looked = time.monotonic()
        self.is_other_course = _stamps_of(self._course) != self._course_before


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


def _folders(folder: Path) -> list[Path]:
    """Return `folder`, and the folders in it, where new files may appear."""
    return [Path(folder) for folder, _, _ in os.walk(folder) if f"{os.sep}." not in folder]
