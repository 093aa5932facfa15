"""The folders that gradus writes to: where they are, and whether they can be written."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from autograder.course.reading import find_course
from autograder.course.student_state import state_folder
from autograder.installation.facts import Fact
from framework.errors import GradusError

#: Less free space than this in the temporary folder is a problem: workers write there.
_LEAST_FREE = 256 << 20


def place_facts() -> Iterator[Fact]:
    """Yield each folder; one that cannot be written is a problem where gradus needs it."""
    yield _place("temporary files", Path(tempfile.gettempdir()), needed_by="every command")
    yield _place("working folder", Path.cwd(), needed_by="")
    try:
        course = find_course()
    except GradusError:  # a fact of another section
        return
    yield _place("exercises", course.root / "exercises", needed_by="")
    yield _place("state", state_folder(course), needed_by="`gradus hint` and `gradus reset`")


def _place(name: str, folder: Path, *, needed_by: str) -> Fact:
    reason = _refusal(folder)
    if reason:
        problem = f"{needed_by} cannot write there: {reason}" if needed_by else ""
        return Fact(name, f"{folder}: cannot be written ({reason})", problem)
    free = shutil.disk_usage(folder).free
    value = f"{folder}: can be written, {free / (1 << 30):.1f} GiB free"
    is_scarce = bool(needed_by) and free < _LEAST_FREE
    return Fact(name, value, f"only {free >> 20} MiB are free: make room" if is_scarce else "")


def _refusal(folder: Path) -> str:
    """Return why no file can be made in `folder`; empty where one can."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return error.strerror or type(error).__name__
