"""The log of gradus: what it loads, chooses and starts, for `-v`.

Every event is below the level WARNING: without a handler, Python's logging shows none of them.
"""

from __future__ import annotations

import logging
import sys

#: All loggers are below this one. Its events never reach the handlers of other libraries.
ROOT = "gradus"
_LINE = "%(asctime)s.%(msecs)03d %(levelname)s %(name)s: %(message)s"


def logger(topic: str) -> logging.Logger:
    """Return the logger of `topic`: plugins, course, sandbox, worker, training or retries."""
    return logging.getLogger(f"{ROOT}.{topic}")


class OneLine(logging.Formatter):
    """Formats each event as one line of printable characters, whatever its message holds."""

    def __init__(self) -> None:
        super().__init__(_LINE, datefmt="%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of `record`, control characters escaped."""
        line = super().format(record)
        return "".join(c if c.isprintable() else _escaped(c) for c in line)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")


def show_log() -> None:
    """Write every event to standard error from now on, as `-v` asks for."""
    logging.getLogger(ROOT).handlers.clear()  # of a command that this process ran before
    add_handler(logging.StreamHandler(sys.stderr))


def add_handler(handler: logging.Handler) -> None:
    """Hand every event to `handler` from now on, as one line."""
    root = logging.getLogger(ROOT)
    handler.setFormatter(OneLine())
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    root.propagate = False
