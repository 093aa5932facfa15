"""Writing thresholds into exercise.toml: their own tables change, and nothing else.

The file is text that people wrote: comments, order and spelling are kept, which a parser that
writes the file anew would not do. What was written is read again and compared before it counts.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autograder.course.thresholds import KEYS, Threshold
from framework.errors import BadInputError

_HEADER = re.compile(r"^\s*\[")
_SECTION = "[thresholds]"
_TABLE = re.compile(r"^\[thresholds\.\w+\]$")


def record(file: Path, thresholds: Mapping[str, Threshold]) -> None:
    """Put `thresholds` into the exercise.toml `file`, in place of those of the same names.

    Raises:
        BadInputError: the file is written in a way that only a person can change.
    """
    before = file.read_text("utf-8")
    text = before
    for name, threshold in thresholds.items():
        text = _with(text, name, _table(name, threshold))
    _reject_damage(file, before, text, thresholds)
    file.write_text(text, "utf-8", newline="\n")


def _table(name: str, threshold: Threshold) -> list[str]:
    values = asdict(threshold)
    return [f"[thresholds.{name}]", *(f"{key} = {_toml(values[key])}" for key in KEYS)]


def _toml(value: float | str) -> str:
    """A value as TOML writes it; `repr` of a float is right for infinities as well."""
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _with(text: str, name: str, table: list[str]) -> str:
    """`text` with the lines `table` for the threshold `name`."""
    lines = text.splitlines()
    plain = re.compile(rf"^\s*{re.escape(name)}\s*=")
    if f"[thresholds.{name}]" in lines:
        start, end = _body(lines, f"[thresholds.{name}]")
        comments = [line for line in lines[start:end] if line.lstrip().startswith("#")]
        return _joined(lines[: start - 1], table[:1], comments, table[1:], lines[end:])
    if _SECTION not in lines:
        place = _before_tasks(lines)
        return _joined(lines[:place], [_SECTION, "", *table, ""], lines[place:])
    start, end = _body(lines, _SECTION)
    section = [line for line in lines[start:end] if not plain.match(line)]
    *_, last = (line for line in lines if line == _SECTION or _TABLE.match(line))
    after = end if last == _SECTION else _body(lines, last)[1]
    return _joined(lines[:start], section, lines[end:after], ["", *table], lines[after:])


def _before_tasks(lines: list[str]) -> int:
    """Where the tasks begin, or the comment above the first of them."""
    place = next((i for i, line in enumerate(lines) if line.startswith("[[tasks]]")), len(lines))
    while place and lines[place - 1].startswith("#"):
        place -= 1
    return place


def _body(lines: list[str], header: str) -> tuple[int, int]:
    """First line and end of what stands under `header`, and not above the next one.

    A comment between a blank line and the next header belongs to that, as blank lines do.
    """
    start = lines.index(header) + 1
    following = (i for i in range(start, len(lines)) if _HEADER.match(lines[i]))
    end = above = next(following, len(lines))
    while above > start and lines[above - 1].startswith("#"):
        above -= 1
    if above > start and not lines[above - 1].strip():
        end = above
    while end > start and not lines[end - 1].strip():
        end -= 1
    return start, end


def _joined(*parts: list[str]) -> str:
    return "\n".join(line for part in parts for line in part) + "\n"


def _reject_damage(
    file: Path, before: str, after: str, thresholds: Mapping[str, Threshold]
) -> None:
    """Whether `after` says what it should, and all else that `before` said."""
    wanted: dict[str, Any] = tomllib.loads(before)
    section = wanted.setdefault("thresholds", {})
    section.update({name: asdict(threshold) for name, threshold in thresholds.items()})
    try:
        is_right = tomllib.loads(after) == wanted
    except tomllib.TOMLDecodeError:
        is_right = False
    if not is_right:
        raise BadInputError(
            f"{file}: the thresholds cannot be replaced in it: write each of them as a line "
            "'name = value' under [thresholds], or as a table [thresholds.name], and try again"
        )
