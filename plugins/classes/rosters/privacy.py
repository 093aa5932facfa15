"""Data of students stays private: files for their owner alone, and pseudonyms in all output."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from framework.errors import BadInputError

FOLDER_MODE, FILE_MODE = 0o700, 0o600


def private_folder(folder: Path) -> Path:
    """Make `folder`, if it is missing, and let its owner alone enter it."""
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        folder.chmod(FOLDER_MODE)
    except OSError as error:
        raise BadInputError(f"{folder} cannot be made: {error.strerror}") from None
    return folder


def write_private(file: Path, data: bytes, *, is_durable: bool = True) -> None:
    """Replace `file` at once, never in part.

    With `is_durable`, the file survives a power cut, which takes longer.
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


#: Returns the words for a student, by key: a pseudonym, or key and name.
Shown = Callable[[str], str]

_SECRET = "pseudonyms.key"


def pseudonyms(folder: Path) -> Shown:
    """Return the pseudonyms of the collection `folder`; only its secret links them to students.

    The secret is a file there, which is made on first use.
    """
    file = folder / _SECRET
    if not file.exists():
        write_private(file, secrets.token_bytes(32))
    secret = file.read_bytes()

    def shown(key: str) -> str:
        digest = hmac.digest(secret, key.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return f"student-{digest.hex()[:10]}"

    return shown
