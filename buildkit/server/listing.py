"""What operators and workflows read."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, null, or_, select, true

from buildkit.records import dataclass
from buildkit.server.models import InstanceRow
from buildkit.server.records import Instance, Name
from buildkit.server.refusals import no_instance
from buildkit.server.rows import INSTANCES, find_instance, instance_of
from buildkit.server.statuses import Signal, Status

LONGEST_PAGE: Final = 500

_WITHOUT_RESULT: Final = (*(column for column in INSTANCES.c if column.name != "result"), null().label("result"))
"""A page of results could fill the memory; they are shown one by one."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """Which instances of a tenant: those after an id, at most so many, of one status or of any."""

    tenant: str
    limit: int
    after: str | None = None
    status: Status | None = None


def list_instances(connection: Connection, page: Page, now: int) -> tuple[Instance, ...]:
    """Return a page of instances by their ids, and one more where others follow."""
    statement = (
        select(*_WITHOUT_RESULT)
        .where(InstanceRow.tenant_id == page.tenant, _has_status(page.status, now))
        .order_by(InstanceRow.instance_id)
        .limit(page.limit + 1)
    )
    if page.after is not None:
        statement = statement.where(InstanceRow.instance_id > page.after)
    return tuple(map(instance_of, connection.execute(statement)))


def show_instance(connection: Connection, name: Name) -> Instance:
    """Return one instance; raises `RefusalError` where there is none."""
    instance = find_instance(connection, name)
    if instance is None:
        raise no_instance(name)
    return instance


def waiting_signal(instance: Instance) -> Signal | None:
    """Return the signal that a workflow of the instance has to follow."""
    return Signal.CANCEL if instance.status is Status.CANCELLED else instance.signal


def _has_status(status: Status | None, now: int) -> ColumnElement[bool]:
    due = and_(InstanceRow.status == Status.SLEEPING.value, InstanceRow.wake_at <= now)
    match status:
        case None:
            return true()
        case Status.READY:
            return or_(InstanceRow.status == Status.READY.value, due)
        case Status.SLEEPING:
            return and_(InstanceRow.status == Status.SLEEPING.value, InstanceRow.wake_at > now)
        case _:
            return InstanceRow.status == status.value
