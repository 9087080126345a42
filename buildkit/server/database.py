"""Engines for SQLite and PostgreSQL, durable before they answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from buildkit.errors import ToolchainError, UsageError
from buildkit.records import dataclass

SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"
DRIVERS: Final = {SQLITE: "sqlite+pysqlite", POSTGRESQL: "postgresql+psycopg", "postgres": "postgresql+psycopg"}
BUSY_SECONDS: Final = 30

PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    # Every commit reaches the disk before it is acknowledged: a power loss takes nothing back.
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}",
)


PLANNING: Final = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"
"""Every question is one by keys: a plan for a table that was empty when it was made would read it whole."""


@dataclass(frozen=True, kw_only=True)
class Database:
    """Where the service keeps what it knows. What is read goes past the queue of what is written."""

    url: URL
    writing: Engine
    reading: Engine

    @property
    def kind(self) -> str:
        """Return `sqlite` or `postgresql`."""
        return self.url.get_backend_name()

    @property
    def shown(self) -> str:
        """Return the address without its password."""
        return self.url.render_as_string(hide_password=True)


def parse_address(text: str) -> URL:
    """Read the address of a database; raises `UsageError` for what is none."""
    hint = "sqlite:////var/lib/buildkit/service.sqlite3 or postgresql://user@host/name"
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise UsageError("the address of the database cannot be read", hint=hint) from None
    driver = DRIVERS.get(url.get_backend_name())
    if driver is None or url.drivername not in {url.get_backend_name(), driver}:
        raise UsageError(f"{url.drivername}: no database that the service knows", hint=hint)
    if driver == DRIVERS[SQLITE] and (not url.database or url.database == ":memory:" or url.database.startswith("file:")):
        raise UsageError(f"{url.database or 'no file'}: SQLite needs a file to keep checkpoints in", hint=hint)
    return url.set(drivername=driver)


def file_address(file: Path) -> URL:
    """Return the address of a SQLite file, whatever characters its name has."""
    return URL.create(DRIVERS[SQLITE], database=str(file))


@contextmanager
def open_database(url: URL) -> Iterator[Database]:
    """Connect lazily; everything is closed at the end."""
    try:
        writing, reading = (_sqlite(url), _sqlite(url, read_only=True)) if url.get_backend_name() == SQLITE else _postgresql(url)
    except ModuleNotFoundError as error:
        raise ToolchainError(f"PostgreSQL needs {error.name}", hint="pip install 'buildkit[postgresql]'") from None
    try:
        yield Database(url=url, writing=writing, reading=reading)
    finally:
        for engine in {writing, reading}:
            engine.dispose()


def _postgresql(url: URL) -> tuple[Engine, Engine]:
    engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10, "options": PLANNING})
    return engine, engine


def _sqlite(url: URL, *, read_only: bool = False) -> Engine:
    file = Path(url.database or "")
    file.parent.mkdir(parents=True, exist_ok=True)
    # States may hold anything: nobody else on this machine reads them.
    file.touch(mode=0o600)
    engine = create_engine(url, connect_args={"isolation_level": None, "timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_reading if read_only else _prepare)
    event.listen(engine, "begin", _begin_reading if read_only else _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    for pragma in PRAGMAS:
        connection.execute(pragma)


def _prepare_reading(connection: Any, record: object) -> None:
    _prepare(connection, record)
    connection.execute("PRAGMA query_only=ON")


def _begin(connection: Connection) -> None:
    # The lock is taken before anything is read: what was read stays true.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
