"""Files and folders with data of students: readable by their owner alone."""

from __future__ import annotations

import os
from pathlib import Path

from framework.errors import BadInputError

FOLDER_MODE, FILE_MODE = 0o700, 0o600


def private_folder(folder: Path) -> Path:
    """Make `folder`, if it is missing, and let its owner alone enter it.

    Raises:
        BadInputError: it cannot be made.
    """
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        folder.chmod(FOLDER_MODE)
    except OSError as error:
        raise BadInputError(f"{folder} cannot be made: {error.strerror}") from None
    return folder


def write_private(file: Path, data: bytes, *, is_durable: bool = True) -> None:
    """Replace `file` at once, never in part.

    Args:
        file: its folder is there.
        data: its content.
        is_durable: whether it survives a power cut; without, thousands of files are written fast.

    Raises:
        BadInputError: it cannot be written.
    """
    aside = file.with_name(f".{file.name}.part")
    try:
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            if is_durable:
                os.fsync(stream.fileno())
        aside.replace(file)
    except OSError as error:
        raise BadInputError(f"{file} cannot be written: {error.strerror}") from None
