"""Addresses of databases, and how durable SQLite is asked to be."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from buildkit.errors import ToolchainError, UsageError
from buildkit.server.database import open_database, parse_address

FULL = 2
"""SQLite's number for `synchronous=FULL`."""


@pytest.mark.parametrize(
    ("address", "driver"),
    [
        ("sqlite:////var/lib/a.sqlite3", "sqlite+pysqlite"),
        ("sqlite:///a.sqlite3", "sqlite+pysqlite"),
        ("postgresql://me@host/name", "postgresql+psycopg"),
        ("postgres://me@host/name", "postgresql+psycopg"),
        ("postgresql+psycopg://me@host/name", "postgresql+psycopg"),
    ],
)
def test_an_address_gets_the_driver_that_the_service_brings(address: str, driver: str) -> None:
    assert parse_address(address).drivername == driver


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("nonsense", "the address of the database cannot be read"),
        ("", "the address of the database cannot be read"),
        ("mysql://me:secret@host/name", "mysql: no database that the service knows"),
        ("postgresql+asyncpg://me:secret@host/name", "postgresql+asyncpg: no database that the service knows"),
        ("sqlite://", "no file: SQLite needs a file to keep checkpoints in"),
        ("sqlite:///:memory:", ":memory:: SQLite needs a file to keep checkpoints in"),
    ],
)
def test_another_address_is_refused_without_its_password(address: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_address(address)
    assert caught.value.message == said
    assert "secret" not in caught.value.message


def test_a_password_is_not_shown(tmp_path: Path) -> None:
    with open_database(parse_address("postgresql://me:secret@host/name")) as database:
        assert "secret" not in database.shown
        assert database.kind == "postgresql"
    with open_database(parse_address(f"sqlite:///{tmp_path / 'a.sqlite3'}")) as database:
        assert database.kind == "sqlite"


def test_sqlite_writes_ahead_and_reaches_the_disk_before_it_answers(tmp_path: Path) -> None:
    with open_database(parse_address(f"sqlite:///{tmp_path / 'a.sqlite3'}")) as database, database.writing.connect() as connection:
        found = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert found == {"journal_mode": "wal", "synchronous": FULL, "foreign_keys": 1}


def test_what_reads_cannot_write(tmp_path: Path) -> None:
    with open_database(parse_address(f"sqlite:///{tmp_path / 'a.sqlite3'}")) as database:
        with database.writing.begin() as connection:
            connection.execute(text("CREATE TABLE a (b INTEGER)"))
        with database.reading.connect() as connection, pytest.raises(OperationalError, match="readonly"):
            connection.execute(text("INSERT INTO a VALUES (1)"))


def test_nobody_else_reads_the_file(tmp_path: Path) -> None:
    file = tmp_path / "new" / "a.sqlite3"
    with open_database(parse_address(f"sqlite:///{file}")):
        assert stat.S_IMODE(file.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR


def test_postgresql_without_its_extra_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with (
        pytest.raises(ToolchainError, match="PostgreSQL needs psycopg") as caught,
        open_database(parse_address("postgresql://me@host/name")),
    ):
        pass
    assert caught.value.hint == "pip install 'buildkit[postgresql]'"
