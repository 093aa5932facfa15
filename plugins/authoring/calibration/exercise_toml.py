"""Writing of thresholds into exercise.toml; comments, order and spelling of the file are kept."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from autograder.course.thresholds import Threshold
from framework.errors import BadInputError
from framework.text_files import decode, read_bytes

_SECTION = "thresholds"


def write_thresholds(file: Path, thresholds: Mapping[str, Threshold]) -> None:
    """Write `thresholds` into the exercise.toml `file`.

    A table ``[thresholds.NAME]`` gets the new values where it stands; a new one ends the file.
    """
    before = decode(read_bytes(file), str(file))
    tables = {name: asdict(threshold) for name, threshold in thresholds.items()}
    wanted: dict[str, Any] = tomllib.loads(before)
    wanted.setdefault(_SECTION, {}).update(tables)
    try:
        after = _edited(before, tables)
        is_right = tomllib.loads(after) == wanted  # and everything else is as before
    except (TOMLKitError, tomllib.TOMLDecodeError):
        is_right = False
    if not is_right:
        raise BadInputError(
            f"{file}: the thresholds cannot be replaced in it: write each of them as a line "
            "'name = value' under [thresholds], or as a table [thresholds.name], and try again"
        )
    file.write_bytes(after.encode("utf-8"))


def _edited(text: str, tables: Mapping[str, Mapping[str, Any]]) -> str:
    """Return `text` with the values of `tables`; tables that it has not are added at its end."""
    document = tomlkit.parse(text)
    section = document.get(_SECTION, {})
    for name, values in tables.items():
        if isinstance(section.get(name), Mapping):
            changed = {key: new for key, new in values.items() if section[name].get(key) != new}
            section[name].update(changed)
        elif name in section:
            del section[name]  # a chosen number
    new = {name: values for name, values in tables.items() if name not in section}
    if not new:
        return document.as_string()
    newline = "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"
    before = document.as_string().rstrip()
    added = tomlkit.dumps({_SECTION: new}).rstrip() + "\n"
    return before + newline * 2 * bool(before) + added.replace("\n", newline)
