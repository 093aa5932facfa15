"""What the submission prints: the beginning and the end are kept, a flood is cut."""

from __future__ import annotations

import re

HEAD = 8 << 10
TAIL = 8 << 10

#: Control sequences of terminals; the last ones reverse the direction of the text.
_CONTROL = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b.|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
    r"|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


class Output:
    """Collects printed bytes, in bounded memory."""

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self._head = b""
        self._tail = b""
        self.total = 0

    def add(self, data: bytes) -> None:
        """Take `data`, keeping the first `HEAD` and the last `TAIL` bytes of everything."""
        self.total += len(data)
        room = HEAD - len(self._head)
        self._head += data[:room]
        self._tail = (self._tail + data[room:] if room < len(data) else self._tail)[-TAIL:]

    def take(self) -> str:
        """Return the text so far, without control characters, and forget it."""
        cut = self.total - len(self._head) - len(self._tail)
        middle = f"\n... {cut:,} bytes cut ...\n".encode() if cut > 0 else b""
        text = (self._head + middle + self._tail).decode("utf-8", "replace")
        self._clear()
        return plain_text(text)


def plain_text(text: str) -> str:
    """Return `text` without terminal control sequences, safe to show."""
    return _CONTROL.sub("", text.replace("\r\n", "\n"))


def shown(text: str, limit: int) -> str:
    """Return `text` as `plain_text`, cut to `limit` characters."""
    plain = plain_text(text)
    return plain if len(plain) <= limit else f"{plain[: limit - 4]} ..."
