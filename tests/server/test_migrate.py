"""The migrations make exactly the tables of the models, once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from buildkit.errors import ToolchainError
from buildkit.server.database import Database, open_database, parse_address
from buildkit.server.migrate import migrate
from buildkit.server.models import Base


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(parse_address(f"sqlite:///{tmp_path / 'a.sqlite3'}")) as opened:
        yield opened


def test_the_migrations_make_the_tables_of_the_models(database: Database) -> None:
    migrate(database)
    with database.writing.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
        assert {index["name"] for index in inspect(connection).get_indexes("instances")} == {"instances_by_status"}


def test_migrating_again_changes_nothing(database: Database) -> None:
    migrate(database)
    with database.writing.begin() as connection:
        connection.execute(text("INSERT INTO instances VALUES ('t', 'i', 'running', NULL, 1, 0, NULL, NULL, NULL, NULL, NULL, 0, 0)"))
    migrate(database)
    with database.reading.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM instances")).scalar() == 1


def test_a_database_of_a_newer_version_is_left_alone(database: Database) -> None:
    migrate(database)
    with database.writing.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'from-the-future'"))
    with pytest.raises(ToolchainError, match="made by another version of buildkit") as caught:
        migrate(database)
    assert caught.value.hint == "pip install --upgrade buildkit"


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("these are my notes, and there are enough of them to be taken for a header of a file\n" * 20, encoding="utf-8")
    with (
        open_database(parse_address(f"sqlite:///{file}")) as database,
        pytest.raises(ToolchainError, match="file is not a database") as caught,
    ):
        migrate(database)
    assert str(file) in caught.value.message
    assert file.read_text(encoding="utf-8").startswith("these are my notes")
