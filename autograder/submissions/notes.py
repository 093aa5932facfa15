"""Sentences about what of a submission was left out, short and few enough to be read."""

from __future__ import annotations

from collections.abc import Callable

from autograder.sandbox.session.process import shown

#: Called with a sentence for the author of a submission.
OnNote = Callable[[str], None]

#: Notes on files that a report holds, and on the cells of each notebook.
MAX_NOTES = 50
MAX_CELL_NOTES = 10
#: Characters of a note, and of a name, and of a reason, in it.
MAX_NOTE = 600
MAX_NAME = 160
MAX_REASON = 200


class Notes:
    """Collects short sentences, each of them once, and counts those beyond a limit.

    Args:
        most: number of sentences that are kept.
        more: words for those that are not, after their number.
    """

    def __init__(self, most: int = MAX_NOTES, more: str = "more files were left out") -> None:
        self._kept: dict[str, None] = {}
        self._most, self._more, self._left_out = most, more, 0

    def add(self, text: str) -> None:
        """Keep `text`, cut to `MAX_NOTE` characters, unless there are too many already."""
        plain = shown(text.replace("\n", " "), MAX_NOTE)
        if len(self._kept) < self._most or plain in self._kept:
            self._kept[plain] = None
        else:
            self._left_out += 1

    def all(self) -> tuple[str, ...]:
        """Return what was kept, and how many more there were."""
        more = [f"{self._left_out} {self._more}"] if self._left_out else []
        return (*self._kept, *more)


def short(name: str) -> str:
    """Shorten the `name` of a file for a sentence: its end is kept."""
    plain = shown(name.replace("\n", " "), 1 << 16)
    return plain if len(plain) <= MAX_NAME else f"...{plain[3 - MAX_NAME :]}"


def reason(error: BaseException) -> str:
    """Return why reading failed: the system's message for `OSError`, without the path."""
    text = error.strerror if isinstance(error, OSError) else str(error)
    return shown(text or type(error).__name__, MAX_REASON)
