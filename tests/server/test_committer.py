"""Group commit: what is asked together is committed together, and one bad operation takes no other with it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from buildkit.server import committer as module
from buildkit.server.batch import Outcome, perform_all
from buildkit.server.committer import Committer, committing
from buildkit.server.database import open_database, parse_address
from buildkit.server.metrics import Metrics
from buildkit.server.migrate import migrate
from buildkit.server.operations import Change, Operation, Register, Store, StoredCheckpoint
from buildkit.server.records import Instance, Name
from buildkit.server.refusals import RefusalError

TOGETHER = 50


@dataclass(frozen=True, kw_only=True)
class Broken:
    """An operation with a defect."""

    name: Name

    def wanted(self, _instance: Instance | None) -> str | None:
        return None

    def perform(self, _instance: Instance | None, _stored: StoredCheckpoint, _now: int) -> Change:
        raise ZeroDivisionError


def named(instance: str) -> Name:
    return Name(tenant="t", instance=instance)


def committed(folder: Path, operations: Sequence[Operation]) -> tuple[list[Change | BaseException], str]:
    """Ask for all operations at once, before the thread begins, and return what each came to and the figures."""
    metrics = Metrics()

    async def ask(committer: Committer) -> list[Change | BaseException]:
        waiting = [asyncio.ensure_future(committer.commit(operation)) for operation in operations]
        await asyncio.sleep(0)
        with committing(committer):
            return await asyncio.gather(*waiting, return_exceptions=True)

    with open_database(parse_address(f"sqlite:///{folder / 'a.sqlite3'}")) as database:
        migrate(database)
        found = asyncio.run(ask(Committer(database.writing, clock=lambda: 0, metrics=metrics)))
    return found, metrics.text().decode()


def test_what_gathers_is_committed_in_one_transaction(tmp_path: Path) -> None:
    found, figures = committed(tmp_path, [Register(name=named(f"i{number}")) for number in range(TOGETHER)])
    assert all(isinstance(each, Change) for each in found)
    assert "buildkit_commit_seconds_count 1.0\n" in figures
    assert f"buildkit_commit_operations_sum {float(TOGETHER)}\n" in figures


def test_operations_of_one_instance_in_one_batch_see_those_before_them(tmp_path: Path) -> None:
    name = named("i")
    stores = [Store(name=name, checkpoint_id="a", state=state) for state in (b"first", b"second")]
    found, figures = committed(tmp_path, [Register(name=name), *stores])
    changes = [each for each in found if isinstance(each, Change)]
    assert [change.found.state if change.found else None for change in changes] == [None, None, b"first"]
    assert "buildkit_commit_seconds_count 1.0\n" in figures


def test_a_refusal_leaves_the_others_of_its_batch_alone(tmp_path: Path) -> None:
    found, figures = committed(tmp_path, [Store(name=named("none"), checkpoint_id="a", state=b""), Register(name=named("i"))])
    assert [type(each) for each in found] == [RefusalError, Change]
    assert "buildkit_commit_seconds_count 1.0\n" in figures


def test_a_defect_fails_alone(tmp_path: Path) -> None:
    found, _ = committed(tmp_path, [Register(name=named("a")), Broken(name=named("b")), Register(name=named("c"))])
    assert [type(each) for each in found] == [Change, ZeroDivisionError, Change]
    again, _ = committed(tmp_path, [Register(name=named("a")), Register(name=named("c"))])
    assert [each.instance.attempt for each in again if isinstance(each, Change)] == [2, 2]


def test_what_another_service_registered_in_between_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failures = [IntegrityError("INSERT", {}, Exception("UNIQUE"))]

    def once(connection: Connection, operations: Sequence[Operation], now: int) -> list[Outcome]:
        outcomes = perform_all(connection, operations, now)
        if failures:
            raise failures.pop()
        return outcomes

    monkeypatch.setattr(module, "perform_all", once)
    found, _ = committed(tmp_path, [Register(name=named("a"))])
    assert [each.instance.attempt for each in found if isinstance(each, Change)] == [1]


def test_a_queue_that_is_full_refuses_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_QUEUE", 2)
    found, _ = committed(tmp_path, [Register(name=named(f"i{number}")) for number in range(3)])
    assert [type(each) for each in found] == [Change, Change, RefusalError]
    assert isinstance(found[2], RefusalError)
    assert found[2].code == "overloaded"
