"""The tables of the store. The table of jobs is the queue; a result is written once and kept.

run           what graded: course revision, seed, environment
entry         which student's attempt at which exercise a run grades
job           what is still to do, or could not be done
grading       one result for each key, never changed
disagreement  a second result for the same key that differs
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Float,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
)

#: The format of the tables; a store of another one is refused.
SCHEMA = "1"

metadata = MetaData()


@dataclass(frozen=True)
class Key:
    """What a result belongs to: equal work is graded once.

    Attributes:
        submission: digest of all code that the result depends on.
        revision: digest of the course.
        environment: backend, device and versions that change numbers.
        generation: 0; higher for work that was graded again by request.
    """

    submission: str
    exercise: str
    revision: str
    seed: int
    environment: str
    generation: int = 0


KEY = tuple(field.name for field in fields(Key))


def _key() -> list[Column[Any]]:
    return [
        Column("submission", String(64), nullable=False),
        Column("exercise", String(200), nullable=False),
        Column("revision", String(64), nullable=False),
        Column("seed", BigInteger, nullable=False),
        Column("environment", String(300), nullable=False),
        Column("generation", Integer, nullable=False),
    ]


meta = Table("meta", metadata, Column("name", String(50), primary_key=True), Column("value", Text))

run = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("assignment", String(300), nullable=False),
    Column("revision", String(64), nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("environment", String(300), nullable=False),
    Column("sandbox", String(100), nullable=False),
    Column("work", String(64), nullable=False),
    Column("doctor", Text, nullable=False),
    Column("started", Float, nullable=False),
    Column("ended", Float),
)

entry = Table(
    "entry",
    metadata,
    Column("run", Integer, nullable=False, index=True),
    Column("student", String(300), nullable=False, index=True),
    Column("attempt", String(64), nullable=False),
    Column("exercise", String(200), nullable=False),
    Column("submission", String(64), nullable=False),
    Column("generation", Integer, nullable=False),
    PrimaryKeyConstraint("run", "student", "attempt", "exercise"),
)

job = Table(
    "job",
    metadata,
    Column("id", Integer, primary_key=True),
    *_key(),
    Column("assignment", String(300), nullable=False),
    Column("run", Integer, nullable=False),
    Column("attempt", String(64), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("state", String(10), nullable=False, index=True),
    Column("owner", String(300), nullable=False),
    Column("until", Float, nullable=False),
    Column("alone", Boolean, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("lost", Integer, nullable=False),
    Column("fault", Text, nullable=False),
    UniqueConstraint(*KEY),
)


def _result() -> list[Column[Any]]:
    return [
        Column("verdict", String(50), nullable=False),
        Column("earned", Float, nullable=False),
        Column("possible", Float, nullable=False),
        Column("for_a_person", Float, nullable=False),
        Column("checks", String(64), nullable=False),
        Column("report", Text, nullable=False),
        Column("repeated", Boolean, nullable=False),
        Column("sandbox", String(100), nullable=False),
        Column("seconds", Float, nullable=False),
        Column("at", Float, nullable=False),
    ]


grading = Table(
    "grading",
    metadata,
    *_key(),
    *_result(),
    Column("confirmed", Integer, nullable=False),
    PrimaryKeyConstraint(*KEY),
)

disagreement = Table(
    "disagreement", metadata, Column("id", Integer, primary_key=True), *_key(), *_result()
)


def is_key(table: Table, key: Key) -> ColumnElement[bool]:
    """Return the condition that a row of `table` has the key `key`."""
    values = zip(KEY, astuple(key), strict=True)
    return and_(*(table.c[name] == value for name, value in values))


def key_of(row: Any) -> Key:
    """Return the key of a row."""
    return Key(**{name: getattr(row, name) for name in KEY})
