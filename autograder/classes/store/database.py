"""Opens a store: a file of SQLite, or a PostgreSQL server by URL; transactions with patience."""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    ProgrammingError,
    SQLAlchemyError,
)

from autograder.classes.store import tables
from framework.errors import AbsentPartError, BadInputError, GradusError

T = TypeVar("T")

#: Seconds that a transaction is tried again, where the database is locked or restarts.
PATIENCE = 60.0
_PAUSE = 0.2
#: Messages of a database that another try may find in order.
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
            self.transaction(_prepare)
        except BaseException:
            self.close()
            raise

    def transaction(self, work: Callable[[Connection], T]) -> T:
        """Carry out `work` in a transaction; it may be called several times until one succeeds.

        Raises:
            StoreError: it did not succeed in time; what earlier transactions wrote is kept.
        """
        end = time.monotonic() + self._patience
        while True:
            try:
                with self._engine.begin() as connection:
                    return work(connection)
            except DBAPIError as error:
                is_passing = error.connection_invalidated or _PASSING.search(str(error.orig))
                if not is_passing or time.monotonic() > end:
                    raise StoreError(_told(self.place, error)) from None
                time.sleep(_PAUSE)
            except SQLAlchemyError as error:
                raise StoreError(f"{self.place}: {error}") from None

    def purge(self) -> None:
        """Overwrite what was removed, where the database leaves that to the caller: SQLite."""
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


def _prepare(connection: Connection) -> None:
    """Make the tables of a new store.

    Raises:
        BadInputError: the store has tables of another version.
    """
    try:
        with connection.begin_nested():
            tables.metadata.create_all(connection)
    except (IntegrityError, ProgrammingError):  # another process makes them at the same time
        time.sleep(1)
    names = select(tables.meta.c.value).where(tables.meta.c.name == "schema")
    found = connection.execute(names).scalar()
    if found is None:
        connection.execute(insert(tables.meta).values(name="schema", value=tables.SCHEMA))
    elif found != tables.SCHEMA:
        raise BadInputError(
            f"the store has format {found} instead of {tables.SCHEMA}: use the version of gradus "
            "that wrote it, or name another one with `--store`"
        )
