"""Reading of text files, with errors that name the file and the line."""

from __future__ import annotations

from pathlib import Path

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
