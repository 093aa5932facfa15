"""Sentences about what of a submission was left out, short and few enough to be read."""

from __future__ import annotations

from collections.abc import Callable

from autograder.isolation.host.output import shown

#: Called with a sentence for the author of a submission.
OnNote = Callable[[str], None]

#: Notes that a report holds, and characters of a name, and of a reason, in them.
MAX_NOTES = 50
MAX_NAME = 160
MAX_REASON = 200


class Notes:
    """Collects sentences, each of them once, and counts those beyond `MAX_NOTES`."""

    def __init__(self) -> None:
        self._kept: dict[str, None] = {}
        self._left_out = 0

    def add(self, text: str) -> None:
        """Keep `text`, unless there are too many already."""
        if len(self._kept) < MAX_NOTES or text in self._kept:
            self._kept[text] = None
        else:
            self._left_out += 1

    def all(self) -> tuple[str, ...]:
        """Return what was kept, and how many more there were."""
        more = [f"{self._left_out} more files were left out"] if self._left_out else []
        return (*self._kept, *more)


def short(name: str) -> str:
    """Shorten the `name` of a file for a sentence: its end is kept."""
    plain = shown(name.replace("\n", " "), 1 << 16)
    return plain if len(plain) <= MAX_NAME else f"...{plain[3 - MAX_NAME :]}"


def reason(error: BaseException) -> str:
    """Return why reading failed: the system's message for `OSError`, without the path."""
    text = error.strerror if isinstance(error, OSError) else str(error)
    return shown(text or type(error).__name__, MAX_REASON)
