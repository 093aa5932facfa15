"""File names as systems and people make them: ``my_rnn.py``, ``rnn-1.py``, ``rnn (1).py``."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import PurePath

#: What people write before the name of an exercise.
_BEFORE = re.compile(r"(?:my|copy[ _-]of)[ _-]+", re.IGNORECASE)
#: The number that systems and browsers add to a second file of a name.
_COUNTER = re.compile(r"(?P<stem>.+?)(?:-| ?\()(?P<number>\d{1,6})\)?", re.DOTALL)
#: What systems and people write after a name, as in ``rnn - Copy (2)`` and ``rnn_final``.
_AFTER = re.compile(
    r"(?:[ _-]*\(\d{1,6}\)|[ _-]+\d{1,6}"
    r"|[ _-]+(?:copy ?\d{0,6}|final|new|old|backup|solution|submission|v\d{1,3}))",
    re.IGNORECASE,
)
#: Additions to one name, and characters of a name.
_MAX_ADDITIONS, _MAX_NAME = 4, 100


def numbered(stem: str, names: Collection[str]) -> tuple[str, int] | None:
    """Return the one of `names` that `stem` is with a number, and the number.

    Canvas saves a second ``lab.py`` as ``lab-1.py``, and browsers as ``lab (1).py``.
    """
    match = _COUNTER.fullmatch(stem)
    if stem in names or match is None or match["stem"] not in names:
        return None
    return match["stem"], int(match["number"])


def meant_exercise(stem: str, exercises: Collection[str]) -> str:
    """Return the exercise that a file is named after, with an addition; empty for none.

    Args:
        stem: its name without the suffix.
        exercises: the names of all exercises.
    """
    if stem in exercises or len(stem) > _MAX_NAME:
        return stem if stem in exercises else ""
    return next((name for name in map(_plain, _shortened(stem)) if name in exercises), "")


def mentioned_exercise(name: str, exercises: Collection[str]) -> str:
    """Return the longest name of an exercise in the file name `name`, as in ``hw3_rnn.py``."""
    words = f"_{_plain(name[:_MAX_NAME])}_"
    found = [exercise for exercise in exercises if f"_{exercise}_" in words]
    return max(found, key=len, default="")


def stem_of(path: PurePath) -> str:
    """Return the name of `path` without its suffixes: ``rnn`` of ``rnn.py.txt``."""
    return path.name.partition(".")[0]


def _plain(stem: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", stem.lower())


def _shortened(stem: str) -> Iterator[str]:
    """Yield `stem`, and what is left of it after one addition, two, and so on."""
    for _ in range(_MAX_ADDITIONS + 1):
        yield stem
        before = _BEFORE.match(stem)
        shorter = stem[before.end() :] if before else _without_last_addition(stem)
        if shorter == stem:
            return
        stem = shorter


def _without_last_addition(stem: str) -> str:
    start = next((at for at in range(1, len(stem)) if _AFTER.fullmatch(stem, at)), len(stem))
    return stem[:start]
