"""Removing what a submission wrote, however it nested it."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path


def remove_scratch(folder: Path) -> None:
    """Remove `folder` and everything in it, as far as the system lets us.

    `shutil.rmtree` calls itself for every level, and a path has a greatest length: folders within
    folders would end the grader. Here each one is moved to the top before it is emptied.
    """
    prefix = secrets.token_hex(8)
    waiting, moved = [folder], 0
    while waiting:
        current = waiting.pop()
        with suppress(OSError):
            current.chmod(0o700)
        for inner in _emptied(current):
            moved += 1
            target = folder / f"{prefix}-{moved}"
            with suppress(OSError):
                waiting.append(inner.rename(target))
        if current != folder:
            _remove_folder(current)
    _remove_folder(folder)


def empty_scratch(folder: Path) -> None:
    """Remove everything in `folder`; it may be gone."""
    with suppress(OSError):
        if next(folder.iterdir(), None) is not None:
            remove_scratch(folder)
            folder.mkdir(mode=0o700, exist_ok=True)


def _emptied(folder: Path) -> list[Path]:
    """Return the folders that are left in `folder` once its files are gone."""
    inner = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                inner.append(Path(entry.path))
            else:
                with suppress(OSError):
                    Path(entry.path).unlink()
    return inner


def _remove_folder(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()
