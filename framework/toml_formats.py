"""Formats of TOML files as data: validation and the page of all formats come from them."""

from __future__ import annotations

from dataclasses import dataclass

from framework.toml_tables import Table

#: How each type is written on the page of formats.
TYPES: dict[type, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    list: "list",
    dict: "table",
}


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

    def check(self, table: Table) -> None:
        """Check the keys of `table` and the types of its values.

        Raises:
            BadInputError: a key is unknown or missing, or has another type; with the line.
        """
        table.reject_unknown_keys(*(key.name for key in self.keys))
        table.require(**{key.name: key.kind for key in self.keys if key.required})
        for key in self.keys:
            if key.name in table.values:
                table.get(key.name, key.kind)
