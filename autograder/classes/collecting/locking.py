"""The lock of a collection: one process at a time changes it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from autograder.classes.collecting.private_files import FOLDER_MODE
from framework.errors import BadInputError

if sys.platform != "win32":
    import fcntl


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of the collection in `folder`, which is made if it is missing.

    The lock is that of the folder itself, and ends with the process, however that ends. Windows
    has none.

    Raises:
        BadInputError: another process changes the collection, or there can be none.
    """
    is_new = not folder.exists()
    descriptor = _opened(folder)
    try:
        yield
    finally:
        if is_new:
            with suppress(OSError):  # it holds a collection now
                folder.rmdir()
        if descriptor is not None:
            os.close(descriptor)


def _opened(folder: Path) -> int | None:
    """Return a descriptor that holds the lock; None where there are no such locks."""
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        if sys.platform == "win32":
            return None
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise BadInputError(f"no collection can be at {folder}: {error.strerror}") from None
    try:
        _lock(descriptor, folder)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _lock(descriptor: int, folder: Path) -> None:
    """Take the lock, unless another process has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_there = os.path.samestat(os.fstat(descriptor), folder.stat())
    except (BlockingIOError, FileNotFoundError):
        is_there = False
    except OSError:  # a file system without locks
        return
    if not is_there:
        raise BadInputError(
            f"another command changes {folder} at this moment: run this one again when it has ended"
        )
