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
    top = os.fspath(folder)  # text: `Path` would take as long as the system does
    prefix = os.path.join(top, secrets.token_hex(8))  # noqa: PTH118
    waiting, moved = [top], 0
    while waiting:
        current = waiting.pop()
        with suppress(OSError):
            os.chmod(current, 0o700)  # noqa: PTH101
        for inner in _emptied(current):
            moved += 1
            target = f"{prefix}-{moved}"
            with suppress(OSError):
                os.rename(inner, target)  # noqa: PTH104
                waiting.append(target)
        if current != top:
            _remove_folder(current)
    _remove_folder(top)


def empty_scratch(folder: Path) -> None:
    """Remove everything in `folder`; it may be gone."""
    with suppress(OSError):
        if next(folder.iterdir(), None) is not None:
            remove_scratch(folder)
            folder.mkdir(mode=0o700, exist_ok=True)


def _emptied(folder: str) -> list[str]:
    """Return the folders that are left in `folder` once its files are gone."""
    inner = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                inner.append(entry.path)
            else:
                with suppress(OSError):
                    os.unlink(entry)  # noqa: PTH108
    return inner


def _remove_folder(folder: str) -> None:
    with suppress(OSError):
        os.rmdir(folder)  # noqa: PTH106
