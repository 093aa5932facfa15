"""State that gradus keeps between commands: small JSON files and backups in ``.gradus``."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from autograder.course.reading import Course
from framework.course.folder import find_course_folder, public_course_folder


def state_folder(course: Course) -> Path:
    """Return the folder ``.gradus`` next to ``exercises``; for an installed course, the user's."""
    folder = course.root / ".gradus"
    if "site-packages" not in course.root.parts:
        with suppress(OSError):  # a read-only course
            folder.mkdir(exist_ok=True)
            return folder
    import platformdirs

    key = hashlib.sha256(str(course.root).encode()).hexdigest()[:12]
    folder = platformdirs.user_state_path("gradus") / key
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def is_worked_in(course: Course) -> bool:
    """Return whether students work in `course`: outside of the installed one, it is only read."""
    return course.root.resolve() != public_course_folder() or (
        find_course_folder(Path.cwd()) == course.root
    )


def load_state(course: Course, name: str) -> dict[str, Any]:
    """Return the JSON object stored as `name`; empty if it is missing or damaged."""
    try:
        state = json.loads((state_folder(course) / f"{name}.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def save_state(course: Course, name: str, state: dict[str, Any]) -> None:
    """Store `state` as `name`; the file is replaced at once, never written in part."""
    file = state_folder(course) / f"{name}.json"
    aside = file.with_suffix(".part")
    aside.write_text(json.dumps(state, indent=2, sort_keys=True) + "\n", "utf-8")
    aside.replace(file)


def back_up(course: Course, file: Path) -> Path:
    """Copy `file` to ``.gradus/backups`` under the next free number, and return the copy."""
    folder = state_folder(course) / "backups" / file.parent.name
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while (copy := folder / f"{file.stem}.{number}{file.suffix}").exists():
        number += 1
    copy.write_bytes(file.read_bytes())
    return copy
