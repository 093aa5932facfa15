"""Reading and writing of text files, with errors that name the file and the line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from framework.errors import BadInputError


def read_text(file: Path) -> str:
    r"""Read the UTF-8 text of `file`, with ``\n`` at line ends and without a byte order mark.

    Raises:
        BadInputError: the file is missing, a folder, or not UTF-8 text.
    """
    text = decode(read_bytes(file), str(file))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_bytes(file: Path) -> bytes:
    """Read the bytes of `file`.

    Raises:
        BadInputError: the file is missing or a folder, or reading it is not permitted.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadInputError(f"{file} cannot be read: {error.strerror}") from None


def decode(data: bytes, name: str) -> str:
    """Decode the UTF-8 text `data` of the file `name`, without a byte order mark.

    Raises:
        BadInputError: it is not UTF-8 text; the message names the line.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The codec counts after a byte order mark, which `error.object` does not contain.
        line = error.object[: error.start].count(b"\n") + 1
        raise BadInputError(
            f"{name}, line {line}, is not UTF-8 text (byte {error.object[error.start]:#04x}). "
            "Save the file as UTF-8"
        ) from None


def save_json(table: Mapping[str, Any], file: Path) -> None:
    """Write `table` to `file` as JSON, and make its folder if there is none.

    Raises:
        BadInputError: the file cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(table, indent=2, ensure_ascii=False) + "\n", "utf-8")
    except OSError as error:
        raise BadInputError(f"{file} cannot be written: {error}") from error
