"""Writing of thresholds into exercise.toml; nothing else in the file changes.

Instructors edit this file, so comments, order and spelling are kept. The new text is parsed and
compared with the expected content before it replaces the file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeAlias

import tomlkit
from tomlkit.container import OutOfOrderTableProxy
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Comment, Item, Key, SingleKey, Table, Whitespace

from autograder.course.thresholds import Threshold
from framework.errors import BadInputError
from framework.text_files import decode, read_bytes

#: The entries of a table in their order; blank lines and comments have no key.
Body: TypeAlias = list[tuple[Key | None, Item]]

_SECTION, _TASKS = "thresholds", "tasks"


def write_thresholds(file: Path, thresholds: Mapping[str, Threshold]) -> None:
    """Write `thresholds` into the exercise.toml `file`; they replace those of the same names.

    Raises:
        BadInputError: the layout of the file does not allow an automatic change.
    """
    before = decode(read_bytes(file), str(file))
    after = _edited(before, thresholds)
    wanted: dict[str, Any] = tomllib.loads(before)
    section = wanted.setdefault(_SECTION, {})
    section.update({name: asdict(threshold) for name, threshold in thresholds.items()})
    try:
        is_right = tomllib.loads(after) == wanted  # and everything else is as before
    except tomllib.TOMLDecodeError:
        is_right = False
    if not is_right:
        raise BadInputError(
            f"{file}: the thresholds cannot be replaced in it: write each of them as a line "
            "'name = value' under [thresholds], or as a table [thresholds.name], and try again"
        )
    file.write_bytes(after.encode("utf-8"))


def _edited(text: str, thresholds: Mapping[str, Threshold]) -> str:
    """Return `text` with `thresholds`; unchanged if they are dotted keys or inline tables."""
    newline = "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"
    document = tomlkit.parse(text if text.endswith("\n") or not text else text + newline)
    if thresholds and _SECTION not in document:
        document = _with_section(document, newline)
    items = [item for key, item in document.body if key is not None and key.key == _SECTION]
    sections = [item for item in items if isinstance(item, Table)]
    try:
        for name, threshold in thresholds.items():
            _put(sections, name, threshold, newline)
    except (TOMLKitError, LookupError):
        return text
    return document.as_string()


def _with_section(document: tomlkit.TOMLDocument, newline: str) -> tomlkit.TOMLDocument:
    """Add an empty table ``[thresholds]`` before the tasks and their comment."""
    names = [key.key if key is not None else "" for key, _ in document.body]
    end = names.index(_TASKS) if _TASKS in names else len(names)
    before, after = document.body[:end], document.body[end:]
    following = _take_following(before)
    section = tomlkit.table(is_super_table=False)
    section.trivia.indent, section.trivia.trail = newline * bool(before), newline
    blank: Body = [(None, Whitespace(newline))] if after else []
    section.value.body.extend(following or blank)
    extended = tomlkit.TOMLDocument(parsed=True)  # `append` itself does not set the layout
    for key, item in [*before, (SingleKey(_SECTION), section), *after]:
        extended.append(key, item)
    extended.parsing(False)
    return extended


def _put(sections: Sequence[Table], name: str, threshold: Threshold, newline: str) -> None:
    """Write `threshold` into the section that contains `name`, or into the last one.

    Raises:
        LookupError: there is no such section, or the table of `name` has several parts.
    """
    section = next((section for section in sections if name in section), sections[-1])
    old = section.value.item(name) if name in section else None
    if isinstance(old, OutOfOrderTableProxy):
        raise KeyError(name)
    replaced = old if isinstance(old, Table) else None
    following = _take_following((replaced or section).value.body)
    table = replaced or _append_table(section, name, old, newline)
    for key, value in asdict(threshold).items():
        if key not in table:
            new = tomlkit.item(value)
            new.trivia.trail = newline
            table.append(key, new)
        elif table[key] != value:
            table[key] = value
    table.value.body.extend(following)


def _append_table(section: Table, name: str, old: Item | None, newline: str) -> Table:
    """Append an empty table to `section`, or replace the value `old` by it."""
    table = tomlkit.table(is_super_table=False)
    table.trivia.indent, table.trivia.trail = newline, newline
    if old is not None:
        table.trivia.comment_ws, table.trivia.comment = old.trivia.comment_ws, old.trivia.comment
        section.remove(name)
    section.append(name, table)
    return table


def _take_following(body: Body) -> Body:
    """Remove and return the end of `body` that belongs to the next table.

    These are blank lines, and a comment between a blank line and the next header.
    """
    body = _last_body(body)
    comment = len(body)
    while comment and isinstance(body[comment - 1][1], Comment):
        comment -= 1
    start = comment
    while start and isinstance(body[start - 1][1], Whitespace):
        start -= 1
    following = body[start:] if start < comment else []
    del body[len(body) - len(following) :]
    return following


def _last_body(body: Body) -> Body:
    """Return the last entries of `body`: its own, or those of its last table."""
    last = next((item for key, item in reversed(body) if key is not None), None)
    if isinstance(last, AoT):
        last = last.body[-1]
    return _last_body(last.value.body) if isinstance(last, Table) else body
