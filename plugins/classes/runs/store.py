"""The store of a class, in SQLite or PostgreSQL: its tables, and transactions that wait.

run           what graded: course revision, seed, environment
entry         which student's attempt at which exercise a run grades
job           the queue: what is to be graded, or could not be graded
grading       one result for each key, never changed
disagreement  a second result for the same key that differs"""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    create_engine,
    event,
    insert,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    ProgrammingError,
    SQLAlchemyError,
)

from framework.errors import AbsentPartError, BadInputError, GradusError

#: The format of the tables; a store with another format is refused.
SCHEMA = "1"

metadata = MetaData()


@dataclass(frozen=True)
class ResultKey:
    """The key of a result: equal work is graded once.

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


KEY = tuple(field.name for field in fields(ResultKey))


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


def is_key(table: Table, key: ResultKey) -> ColumnElement[bool]:
    """Return the condition that a row of `table` has the key `key`."""
    values = zip(KEY, astuple(key), strict=True)
    return and_(*(table.c[name] == value for name, value in values))


def key_of(row: Any) -> ResultKey:
    """Return the key of a row."""
    return ResultKey(**{name: getattr(row, name) for name in KEY})


def insert_once(
    connection: Connection, table: Table, values: Mapping[str, Any], key: Sequence[str]
) -> bool:
    """Insert a row; return whether it was the first with these values of `key`."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = make(table).values(**values).on_conflict_do_nothing(index_elements=list(key))
    # Drivers differ in the number of rows that they report: the row itself says it.
    return connection.execute(statement.returning(table.c[key[0]])).first() is not None


T = TypeVar("T")
P = ParamSpec("P")

#: Seconds that a transaction is tried again, where the database is locked or restarts.
PATIENCE = 60.0
_PAUSE = 0.2
#: Messages of a database about problems that may pass.
_PASSING = re.compile("locked|busy|starting up|shutting down|connection|terminat|deadlock", re.I)


class StoreError(GradusError):
    """The store cannot be read or written: a full disk, a server that is gone."""


class Store:
    """The store at `place`.

    Args:
        place: a file, or a URL as in ``postgresql://user@host/name``.
        patience: seconds that a transaction is tried again.

    Raises:
        BadInputError: no store can be there, or another version of gradus wrote it.
        AbsentPartError: the driver of the database is missing.
        StoreError: the database cannot be reached.
    """

    def __init__(self, place: str, patience: float = PATIENCE) -> None:
        self._patience = patience
        self.place, self._engine = _opened(place, patience)
        try:
            self.transaction(_make_tables)
        except BaseException:
            self.close()
            raise

    def transaction(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **named: P.kwargs
    ) -> T:
        """Call `work` with a connection in a transaction, perhaps several times until it succeeds.

        Raises:
            StoreError: it did not succeed in time; what earlier transactions wrote is kept.
        """
        end = time.monotonic() + self._patience
        while True:
            try:
                with self._engine.begin() as connection:
                    return work(connection, *args, **named)
            except DBAPIError as error:
                is_passing = error.connection_invalidated or _PASSING.search(str(error.orig))
                if not is_passing or time.monotonic() > end:
                    raise StoreError(_told(self.place, error)) from None
                time.sleep(_PAUSE)
            except SQLAlchemyError as error:
                raise StoreError(f"{self.place}: {error}") from None

    def purge(self) -> None:
        """Overwrite removed rows, which SQLite leaves to the caller."""
        if self._engine.dialect.name != "sqlite":
            return
        self._engine.dispose()
        with closing(sqlite3.connect(self.place, isolation_level=None)) as connection:
            for command in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM"):
                connection.execute(command).fetchall()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def _told(place: str, error: DBAPIError) -> str:
    first = str(error.orig).strip().splitlines()[0]
    return (
        f"{place}: {first}. Nothing that was stored is lost: run the command again when the "
        "database can be written"
    )


def _opened(place: str, patience: float) -> tuple[str, Engine]:
    """Return how to call the store, without a password, and its engine."""
    if "://" not in place:
        file = Path(place)
        _make_file(file)
        engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": min(patience, 30.0)})
        _use_transactions(engine)
        return str(file), engine
    try:
        url = make_url(place)
        if url.get_backend_name() not in ("postgresql", "postgres"):
            raise BadInputError(f"no store at {url}: expected a file or postgresql://...")
        url = url.set(drivername="postgresql+psycopg")
        return url.render_as_string(), create_engine(url, pool_pre_ping=True)
    except ModuleNotFoundError:
        raise AbsentPartError(
            "PostgreSQL needs psycopg: `pip install 'gradus-nlp[postgresql]'`", "psycopg"
        ) from None
    except ArgumentError:
        raise BadInputError(f"no store at {place}: expected postgresql://user@host/name") from None


def _make_file(file: Path) -> None:
    """Make the file, if it is missing, such that its owner alone can read it.

    Raises:
        BadInputError: it cannot be made.
    """
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        file.chmod(0o600)
    except OSError as error:
        raise BadInputError(f"no store can be written at {file}: {error.strerror}") from None


def _use_transactions(engine: Engine) -> None:
    """Let SQLite write ahead, and lock at the start of each transaction."""

    @event.listens_for(engine, "connect")
    def connected(connection: Any, record: object) -> None:
        connection.isolation_level = None  # the transactions are those of `begun`
        for setting in ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON"):
            connection.execute(f"PRAGMA {setting}").close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _make_tables(connection: Connection) -> None:
    """Make the tables of a new store.

    Raises:
        BadInputError: the store has tables of another version.
    """
    try:
        with connection.begin_nested():
            metadata.create_all(connection)
    except (IntegrityError, ProgrammingError):  # another process makes them at the same time
        time.sleep(1)
    names = select(meta.c.value).where(meta.c.name == "schema")
    version = connection.execute(names).scalar()
    if version is None:
        connection.execute(insert(meta).values(name="schema", value=SCHEMA))
    elif version != SCHEMA:
        raise BadInputError(
            f"the store has format {version} instead of {SCHEMA}: use the version of gradus "
            "that wrote it, or name another one with `--store`"
        )
