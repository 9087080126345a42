"""Bring a database to the tables of this version, one service at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from filelock import FileLock
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from buildkit.errors import ToolchainError
from buildkit.server.database import SQLITE, Database

MIGRATIONS: Final = Path(__file__).parent / "migrations"
LOCK: Final = 0x62756B6974
"""The number of PostgreSQL's advisory lock that services take before they migrate."""


def migrate(database: Database) -> None:
    """Apply the migrations that are missing; raises `ToolchainError` where the database cannot be used."""
    configuration = Config(attributes={})
    configuration.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    try:
        with _locked(database) as connection:
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, "head")
    except CommandError as error:
        raise ToolchainError(
            f"{database.shown}: made by another version of buildkit ({error})", hint="pip install --upgrade buildkit"
        ) from None
    except DBAPIError as error:
        reason = " ".join(str(error.orig).split())
        raise ToolchainError(f"{database.shown}: the database cannot be used: {reason}", hint=_hint(database, reason)) from None


def _hint(database: Database, reason: str) -> str:
    if database.kind != SQLITE:
        return "pg_isready; the user and the database must exist"
    if "locked" in reason:
        return f"fuser {database.url.database}"
    return "another file: --database sqlite:////path/of/a/file, or --embedded --state FILE"


@contextmanager
def _locked(database: Database) -> Iterator[Connection]:
    if database.kind == SQLITE:
        with FileLock(f"{database.url.database}.migrating"), database.writing.begin() as connection:
            yield connection
        return
    with database.writing.begin() as connection:
        # Held until the transaction ends, however it ends.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        yield connection
