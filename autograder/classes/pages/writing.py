"""Writes the pages of a run as plain files, which their owner alone can read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from autograder.classes.collecting.private_files import private_folder, write_private
from framework.errors import BadInputError

#: Lists the files of the pages, so that the next report removes them and no others.
_LISTING = "pages.json"


class Pages(Protocol):
    """Pages and files by their paths."""

    def paths(self) -> Iterable[str]:
        """Return all paths."""

    def content(self, path: str) -> bytes | None:
        """Return the content at a path; None if there is none."""


def write_site(site: Pages, folder: Path) -> int:
    """Write all pages into `folder` in place of those of an earlier report; return how many.

    Raises:
        BadInputError: the folder holds other files, or cannot be written.
    """
    _clear(folder)
    private_folder(folder)
    paths = sorted(site.paths())
    write_private(folder / _LISTING, json.dumps(paths, indent=1).encode())
    for path in paths:
        content = site.content(path)
        if content is not None:
            private_folder((folder / path).parent)
            write_private(folder / path, content, is_durable=False)
    return len(paths)


def _clear(folder: Path) -> None:
    """Remove the pages of an earlier report.

    Raises:
        BadInputError: the folder is no such report.
    """
    if not folder.exists():
        return
    if not folder.is_dir() or (any(folder.iterdir()) and not (folder / _LISTING).is_file()):
        raise BadInputError(f"{folder} holds other files: name a new folder for the pages")
    for path in _listed(folder / _LISTING):
        (folder / path).unlink(missing_ok=True)


def _listed(file: Path) -> list[Path]:
    """Return the paths of an earlier report: those below its folder alone."""
    if not file.is_file():
        return []
    try:
        found = [Path(str(path)) for path in json.loads(file.read_bytes())]
    except (OSError, ValueError, TypeError) as error:
        raise BadInputError(
            f"{file} is damaged: remove the folder of the pages ({error})"
        ) from None
    return [path for path in found if not path.is_absolute() and ".." not in path.parts]
