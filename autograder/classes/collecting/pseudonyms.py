"""Pseudonyms of students, for all that leaves the machine of the instructor."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from pathlib import Path

from autograder.classes.collecting.private_files import write_private

#: Returns what stands for the student with a key: a pseudonym, or key and name.
Shown = Callable[[str], str]

_SECRET = "pseudonyms.key"


def pseudonyms(folder: Path) -> Shown:
    """Return the pseudonyms of the collection `folder`: without its secret, they cannot be undone.

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
