"""TOML files read with errors that name the file and the key."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from framework.errors import BadInputError
from framework.text_files import read_text

T = TypeVar("T")

_WORDS: dict[type, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
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
    """One table of a TOML file; what it hands out has the type that was asked for.

    Args:
        file: where it stands, for messages.
        values: what it holds.
        prefix: what precedes its keys in messages, as in ``time.``.
    """

    def __init__(self, file: Path, values: Mapping[str, Any], prefix: str = "") -> None:
        self.file = file
        self.values = values
        self._prefix = prefix

    def fail(self, key: str, problem: str) -> NoReturn:
        """Raise a `BadInputError` that names the file and `key`."""
        raise BadInputError(f"{self.file}: {self._prefix}{key} {problem}")

    def only(self, *keys: str) -> None:
        """Refuse every other key: a misspelt one would be passed over in silence."""
        for key in self.values:
            if key not in keys:
                import difflib

                close = difflib.get_close_matches(key, keys, n=1)
                hint = f": did you mean '{close[0]}'?" if close else f"; known: {', '.join(keys)}"
                self.fail(key, f"is no known key{hint}")

    def missing(self, **kinds: type) -> list[str]:
        """What is wrong where keys are missing: a sentence for each of `kinds` that is not here."""
        return [
            f"{self._prefix}{key} is missing: it must be {_WORDS[kind]}"
            for key, kind in kinds.items()
            if key not in self.values
        ]

    def require(self, **kinds: type) -> None:
        """Refuse a table that lacks one of `kinds`; all missing keys are named at once."""
        if missing := self.missing(**kinds):
            raise BadInputError(f"{self.file}: {'; '.join(missing)}")

    def get(self, key: str, kind: type[T], default: T | None = None) -> T:
        """The value of `key`, of type `kind`; missing is an error unless there is a default."""
        value = self.values.get(key, default)
        if value is None:
            self.require(**{key: kind})
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind:
            self.fail(key, f"must be {_WORDS[kind]}, not {value!r}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty where `key` is missing."""
        values: list[Any] = self.get(key, list, [])
        for value in values:
            if not isinstance(value, str):
                self.fail(key, f"must be a list of texts, not of {value!r}")
        return tuple(values)

    def table(self, key: str) -> Table:
        """The table under `key`; empty where it is missing."""
        return Table(self.file, self.get(key, dict, {}), f"{self._prefix}{key}.")

    def tables(self, key: str) -> list[Table]:
        """An array of tables, ``[[key]]``; empty where it is missing."""
        values: list[Any] = self.get(key, list, [])
        if not all(isinstance(value, dict) for value in values):
            self.fail(key, f"must be written as [[{key}]] tables")
        return [
            Table(self.file, value, f"{self._prefix}{key}[{i}].") for i, value in enumerate(values)
        ]
