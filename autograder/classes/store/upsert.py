"""Inserts a row unless one with the same key is there: SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_once(
    connection: Connection, table: Table, values: Mapping[str, Any], key: Sequence[str]
) -> bool:
    """Insert a row; return whether it was the first with these values of `key`."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = make(table).values(**values).on_conflict_do_nothing(index_elements=list(key))
    # Drivers differ in the number of rows that they report: the row itself says it.
    return connection.execute(statement.returning(table.c[key[0]])).first() is not None
