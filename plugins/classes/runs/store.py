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
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.dialects import postgresql, sqlite

from framework.errors import AbsentPartError, BadInputError, GradusError

#: The format of the tables; a store with another format is refused.
SCHEMA, FORMER_SCHEMA = "2", "1"

metadata = sa.MetaData()

T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True)
class ResultKey:
    """The key of a result: equal work is graded once.

    Attributes:
        submission: digest of all code that the result depends on.
        revision: digest of what decides about the exercise in the course.
        environment: backend, device and versions that change numbers.
        generation: 0; higher for work that was graded again by request.
    """

    submission: str
    exercise: str
    revision: str
    seed: int
    environment: str
    generation: int = 0


KEY = tuple(ResultKey.__dataclass_fields__)


#: Type -> the columns of this type, in any table.
_NAMES: dict[Any, str] = {
    sa.String(10): "state",
    sa.String(50): "verdict",
    sa.String(64): "submission revision work checks",
    sa.String(100): "sandbox",
    sa.String(200): "exercise",
    sa.String(300): "assignment environment student attempt owner",
    sa.Text(): "doctor fault report",
    sa.Integer(): "generation run priority tries lost confirmed",
    sa.BigInteger(): "seed",
    sa.Float(): "started until earned possible for_a_person seconds at",
    sa.Boolean(): "alone repeated",
}
_TYPES = {name: kind for kind, names in _NAMES.items() for name in names.split()}


def _columns(names: str, *, index: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, _TYPES[name], nullable=False, index=index) for name in names.split()]


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Integer, primary_key=True)


_KEY = " ".join(KEY)
_RESULT = "verdict earned possible for_a_person checks report repeated sandbox seconds at"
_NAME, _VALUE = sa.Column("name", sa.String(50), primary_key=True), sa.Column("value", sa.Text)

meta = sa.Table("meta", metadata, _NAME, _VALUE)
run = sa.Table(
    "run",
    metadata,
    _id(),
    *_columns("assignment revision seed environment sandbox work doctor started"),
    sa.Column("ended", sa.Float),
)
entry = sa.Table(
    "entry",
    metadata,
    *_columns("run student", index=True),
    *_columns("attempt exercise submission revision generation"),
    sa.PrimaryKeyConstraint("run", "student", "attempt", "exercise"),
)
job = sa.Table(
    "job",
    metadata,
    _id(),
    *_columns(f"{_KEY} assignment run attempt priority"),
    *_columns("state", index=True),
    *_columns("owner until alone tries lost fault"),
    sa.UniqueConstraint(*KEY),
)
#: The state of a job that was given up for a fault of the grader.
FAULT = "fault"
grading = sa.Table(
    "grading",
    metadata,
    *_columns(f"{_KEY} {_RESULT} confirmed"),
    sa.PrimaryKeyConstraint(*KEY),
)
disagreement = sa.Table("disagreement", metadata, _id(), *_columns(f"{_KEY} {_RESULT}"))


def is_key(table: sa.Table, key: ResultKey) -> sa.ColumnElement[bool]:
    """Return the condition that a row of `table` has the key `key`."""
    return sa.and_(*(table.c[name] == value for name, value in asdict(key).items()))


def keys_of(
    connection: sa.Connection, table: sa.Table, *where: sa.ColumnElement[bool]
) -> set[ResultKey]:
    """Return the keys in `table`, of the rows for which the conditions hold."""
    chosen = sa.select(*(table.c[name] for name in KEY)).where(*where)
    return {from_row(ResultKey, row) for row in connection.execute(chosen)}


def from_row(kind: type[T], row: Any) -> T:
    """Return the object of the dataclass `kind` whose fields are columns of `row`."""
    return kind(**{field.name: getattr(row, field.name) for field in fields(kind)})  # type: ignore[arg-type]


def insert_once(
    connection: sa.Connection, table: sa.Table, values: Mapping[str, Any], key: Sequence[str]
) -> bool:
    """Insert a row; return whether it was the first with these values of `key`."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = make(table).values(**values).on_conflict_do_nothing(index_elements=list(key))
    # Drivers differ in the number of rows that they report: the row itself says it.
    return connection.execute(statement.returning(table.c[key[0]])).first() is not None


#: Seconds that a transaction is tried again, where the database is locked or restarts.
PATIENCE = 60.0
_PAUSE = 0.2
#: Messages of a database about problems that may pass.
_PASSING = re.compile("locked|busy|starting up|shutting down|connection|terminat|deadlock", re.I)


class StoreError(GradusError):
    """The store cannot be read or written: a full disk, a server that is gone."""


class Store:
    """The store at `place`: a file, or a URL as in ``postgresql://user@host/name``."""

    def __init__(self, place: str, patience: float = PATIENCE) -> None:
        self._patience = patience
        self.place, self._engine = _opened(place, patience)
        try:
            self.transaction(_make_tables)
        except BaseException:
            self.close()
            raise

    def transaction(
        self, work: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **named: P.kwargs
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
            except exc.DBAPIError as error:
                is_passing = error.connection_invalidated or _PASSING.search(str(error.orig))
                if not is_passing or time.monotonic() > end:
                    first = str(error.orig).strip().splitlines()[0]
                    raise StoreError(
                        f"{self.place}: {first}. Nothing that was stored is lost: run the command "
                        "again when the database can be written"
                    ) from None
                time.sleep(_PAUSE)
            except exc.SQLAlchemyError as error:
                raise StoreError(f"{self.place}: {error}") from None

    def purge(self) -> None:
        """Overwrite removed rows, which SQLite leaves to the caller."""
        if self._engine.dialect.name != "sqlite":
            return
        self._engine.dispose()
        with closing(sqlite3.connect(self.place, isolation_level=None)) as connection:
            checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)"
            for command in (checkpoint, "VACUUM", checkpoint):
                connection.execute(command).fetchall()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def _opened(place: str, patience: float) -> tuple[str, sa.Engine]:
    """Return how to call the store, without a password, and its engine."""
    if "://" not in place:
        file = Path(place)
        try:  # its owner alone can read it
            os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
            file.chmod(0o600)
        except OSError as error:
            raise BadInputError(f"no store can be written at {file}: {error.strerror}") from None
        engine = sa.create_engine(
            f"sqlite:///{file}", connect_args={"timeout": min(patience, 30.0)}
        )
        _use_transactions(engine)
        return str(file), engine
    try:
        url = sa.make_url(place)
        if url.get_backend_name() not in ("postgresql", "postgres"):
            raise BadInputError(f"no store at {url}: expected a file or postgresql://...")
        url = url.set(drivername="postgresql+psycopg")
        return url.render_as_string(), sa.create_engine(url, pool_pre_ping=True)
    except ModuleNotFoundError:
        raise AbsentPartError(
            "PostgreSQL needs psycopg: `pip install 'gradus-nlp[postgresql]'`", "psycopg"
        ) from None
    except exc.ArgumentError:
        raise BadInputError(f"no store at {place}: expected postgresql://user@host/name") from None


def _use_transactions(engine: sa.Engine) -> None:
    """Let SQLite write ahead, and lock at the start of each transaction."""

    @sa.event.listens_for(engine, "connect")
    def connected(connection: Any, record: object) -> None:
        connection.isolation_level = None  # the transactions are those of `begun`
        for setting in ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON"):
            connection.execute(f"PRAGMA {setting}").close()

    @sa.event.listens_for(engine, "begin")
    def begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _make_tables(connection: sa.Connection) -> None:
    """Make the tables of a new store; refuse a store of another version."""
    try:
        with connection.begin_nested():
            metadata.create_all(connection)
    except (
        exc.IntegrityError,
        exc.ProgrammingError,
    ):  # another process makes them at the same time
        time.sleep(1)
    names = sa.select(meta.c.value).where(meta.c.name == "schema")
    version = connection.execute(names).scalar()
    if version == FORMER_SCHEMA:  # an exercise had the revision of its course
        column = "ALTER TABLE entry ADD COLUMN revision VARCHAR(64) NOT NULL DEFAULT ''"
        connection.exec_driver_sql(column)
        of_run = sa.select(run.c.revision).where(run.c.id == entry.c.run).scalar_subquery()
        connection.execute(sa.update(entry).values(revision=of_run))
        connection.execute(sa.update(meta).where(meta.c.name == "schema").values(value=SCHEMA))
    elif version is None:
        connection.execute(sa.insert(meta).values(name="schema", value=SCHEMA))
    elif version != SCHEMA:
        raise BadInputError(
            f"the store has format {version} instead of {SCHEMA}: use the version of gradus "
            "that wrote it, or name another one with `--store`"
        )
