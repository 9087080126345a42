"""Every question is answered through an index, however many rows there are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Select, make_url, text
from sqlalchemy.dialects import sqlite

from buildkit.server.database import open_database, parse_address
from buildkit.server.migrate import migrate
from buildkit.server.records import Checkpoint, Instance, Name
from buildkit.server.rows import FIND_CHECKPOINTS, LOCK_INSTANCES, find_checkpoints, lock_instances, write
from buildkit.server.statuses import Signal, Status

MANY = 300


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with open_database(parse_address(f"sqlite:///{tmp_path / 'a.sqlite3'}")) as database:
        migrate(database)
        with database.writing.begin() as opened:
            yield opened


def named(number: int) -> Name:
    return Name(tenant='quo"ted', instance=f"i{number} \u00e4\U0001f980")


def instance(number: int) -> Instance:
    return Instance(name=named(number), status=Status.RUNNING, signal=Signal.PAUSE, created_at=number, updated_at=number, result=b"\x00")


def checkpoint(number: int) -> Checkpoint:
    return Checkpoint(name=named(number), checkpoint_id=f"c'{number}", position=1, state=b"\xff", created_at=number, wake_at=7)


def test_what_is_written_is_found_as_it_was(connection: Connection) -> None:
    instances = [instance(number) for number in range(MANY)]
    checkpoints = [checkpoint(number) for number in range(MANY)]
    write(connection, new=instances, changed=[], added=checkpoints)
    assert lock_instances(connection, map(named, range(MANY + 1))) == {each.name: each for each in instances}
    references = [(each.name, each.checkpoint_id) for each in checkpoints]
    assert find_checkpoints(connection, references) == dict(zip(references, checkpoints, strict=True))
    assert find_checkpoints(connection, []) == {}


@pytest.mark.parametrize(
    ("statement", "wanted"),
    [
        pytest.param(LOCK_INSTANCES["sqlite"], [["t", "i"]], id="instances"),
        pytest.param(FIND_CHECKPOINTS["sqlite"], [["t", "i", "c"]], id="checkpoints"),
    ],
)
def test_sqlite_reads_no_table_whole(connection: Connection, statement: Select[Any], wanted: list[list[str]]) -> None:
    compiled = statement.compile(dialect=sqlite.dialect(paramstyle="named"))
    parameters = {**compiled.params, "wanted": json.dumps(wanted)}
    plan = [str(row.detail) for row in connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}"), parameters)]
    table = "instances" if statement is LOCK_INSTANCES["sqlite"] else "checkpoints"
    assert any(line.startswith(f"SEARCH {table} USING INDEX") for line in plan), plan
    assert not any(line.startswith(f"SCAN {table}") for line in plan), plan


def test_postgresql_locks_the_instances_in_their_order() -> None:
    statement = str(LOCK_INSTANCES["postgresql"].compile(dialect=make_url("postgresql+psycopg://").get_dialect()()))
    assert statement.endswith("ORDER BY instances.tenant_id, instances.instance_id FOR UPDATE OF instances")
