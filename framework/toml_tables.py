"""Formats and reading of TOML files, with errors that name the file, the line and the key.

Validation and the page of all formats are made from the same data.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeAlias, TypeVar

from framework.errors import BadInputError
from framework.text_files import read_text

T = TypeVar("T")

#: Keys and numbers that lead to a value from the top of a file.
KeyPath: TypeAlias = tuple[str | int, ...]

#: The types of values, as messages and the page of formats name them.
TYPES: dict[type, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    list: "list",
    dict: "table",
}


def read_table(file: Path) -> Table:
    """Read the TOML file `file`.

    Raises:
        BadInputError: it is missing, or not TOML, or not UTF-8.
    """
    if not file.exists():
        raise BadInputError(f"{file} is missing")
    text = read_text(file)
    try:
        return Table(file, tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInputError(f"{file} cannot be read: {error}") from None


class Table:
    """One table of a TOML file; its values are returned with checked types.

    Args:
        file: the path of the file, for messages.
        values: the content of the table.
        prefix: the prefix of its keys in messages, as in ``time.``.
        path: keys and numbers that lead to it from the top of the file.
    """

    def __init__(
        self, file: Path, values: Mapping[str, Any], prefix: str = "", path: KeyPath = ()
    ) -> None:
        self.file = file
        self.values = values
        self._prefix = prefix
        self._path = path

    def fail(self, key: str, problem: str) -> NoReturn:
        """Raise a `BadInputError` that names the file, the line and `key`."""
        raise BadInputError(f"{self.place(key)}: {self._prefix}{key} {problem}")

    def place(self, key: str = "") -> str:
        """Return the file and the line of `key`, or of the table's header, as ``file:12``."""
        path = (*self._path, key) if key in self.values else self._path
        line = line_of(self.file, path) if path else 0
        return f"{self.file}:{line}" if line else str(self.file)

    def reject_unknown_keys(self, *keys: str) -> None:
        """Raise an error for every other key, because it may be misspelled."""
        for key in self.values:
            if key not in keys:
                import difflib

                close = difflib.get_close_matches(key, keys, n=1)
                hint = f": did you mean '{close[0]}'?" if close else f"; known: {', '.join(keys)}"
                self.fail(key, f"is no known key{hint}")

    def reject_repeated(self, key: str, what: str, names: Iterable[str]) -> None:
        """Raise an error for a name that occurs more than once, such as an id, under `key`."""
        for name, count in Counter(names).items():
            if count > 1:
                self.fail(key, f"{what} '{name}' {count} times")

    def missing(self, **kinds: type) -> list[str]:
        """Return a sentence for each of `kinds` whose key is missing."""
        return [
            f"{self._prefix}{key} is missing: it must be {_with_article(kind)}"
            for key, kind in kinds.items()
            if key not in self.values
        ]

    def require(self, **kinds: type) -> None:
        """Raise one error that names all missing keys of `kinds`."""
        if missing := self.missing(**kinds):
            raise BadInputError(f"{self.place()}: {'; '.join(missing)}")

    def get(self, key: str, kind: type[T], default: T | None = None) -> T:
        """Return the value of `key`, of type `kind`; without a default, a missing key is an
        error."""
        value = self.values.get(key, default)
        if value is None:
            self.require(**{key: kind})
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind:
            self.fail(key, f"must be {_with_article(kind)}, not {value!r}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; empty if `key` is missing."""
        values: list[Any] = self.get(key, list, [])
        for value in values:
            if not isinstance(value, str):
                self.fail(key, f"must be a list of texts, not of {value!r}")
        return tuple(values)

    def table(self, key: str) -> Table:
        """Return the table under `key`; empty if it is missing."""
        return Table(
            self.file, self.get(key, dict, {}), f"{self._prefix}{key}.", (*self._path, key)
        )

    def tables(self, key: str) -> list[Table]:
        """Return an array of tables, ``[[key]]``; empty where it is missing."""
        values: list[Any] = self.get(key, list, [])
        if not all(isinstance(value, dict) for value in values):
            self.fail(key, f"must be written as [[{key}]] tables")
        return [
            Table(self.file, value, f"{self._prefix}{key}[{i}].", (*self._path, key, i))
            for i, value in enumerate(values)
        ]


@dataclass(frozen=True)
class Key:
    """One key of a table.

    Args:
        name: as it is written.
        kind: type of the value.
        meaning: what it says, as a sentence.
        required: whether it must be there.
    """

    name: str
    kind: type
    meaning: str
    required: bool = False


@dataclass(frozen=True)
class Format:
    """One table of a TOML file.

    Args:
        header: as it is written: ``[time]``, ``[[tasks]]``; empty for the top of the file.
        keys: all keys that it may have.
    """

    header: str
    keys: tuple[Key, ...]

    def check(self, table: Table) -> dict[str, Any]:
        """Check the keys of `table` and the types of its values; returns the values by key.

        Raises:
            BadInputError: a key is unknown or missing, or has another type; with the line.
        """
        table.reject_unknown_keys(*(key.name for key in self.keys))
        table.require(**{key.name: key.kind for key in self.keys if key.required})
        keys = (key for key in self.keys if key.name in table.values)
        return {key.name: table.get(key.name, key.kind) for key in keys}


def _with_article(kind: type) -> str:
    return TYPES[kind] if kind in (str, bool) else f"a {TYPES[kind]}"


def line_of(file: Path, path: KeyPath) -> int:
    """Return the line where the value at `path` begins, from 1; 0 if it is not found.

    The shortest beginning of the file that holds the value ends with it.
    """
    try:
        lines = read_text(file).split("\n")
    except BadInputError:
        return 0
    if not _holds(lines, len(lines), path):
        return 0
    low, high = 0, len(lines)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _holds(lines, middle, path) else (middle, high)
    start = max(i for i in range(high) if _parsed(lines[:i]) is not None)
    return next(i for i in range(start, high) if _is_code(lines[i])) + 1


def _holds(lines: list[str], count: int, path: KeyPath) -> bool:
    """Return whether the longest beginning of at most `count` lines that is TOML has the value."""
    tables = (_parsed(lines[:end]) for end in range(count, -1, -1))
    value: Any = next(table for table in tables if table is not None)
    try:
        for step in path:
            value = value[step]
    except (LookupError, TypeError):
        return False
    return True


def _parsed(lines: list[str]) -> dict[str, Any] | None:
    """Return the table that `lines` make; None if they end inside of a value."""
    try:
        return tomllib.loads("\n".join(lines))
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")
