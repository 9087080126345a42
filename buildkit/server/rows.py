"""Records to and from rows, a few statements for any number of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from buildkit.server.models import Base, CheckpointRow, InstanceRow
from buildkit.server.records import Checkpoint, Instance, Name
from buildkit.server.statuses import Signal, Status
from buildkit.server.wanted import DIALECTS, wanted_rows

INSTANCES: Final = Base.metadata.tables[InstanceRow.__tablename__]
CHECKPOINTS: Final = Base.metadata.tables[CheckpointRow.__tablename__]
PLAIN: Final = ("attempt", "checkpoints", "checkpoint_id", "wake_at", "result", "error", "error_code", "created_at", "updated_at")
"""The columns of an instance that are the record's fields as they are."""

Reference = tuple[Name, str]
"""An instance and the id of a checkpoint."""

_OF_INSTANCE: Final = (INSTANCES.c.tenant_id, INSTANCES.c.instance_id)
_OF_CHECKPOINT: Final = (CHECKPOINTS.c.tenant_id, CHECKPOINTS.c.instance_id, CHECKPOINTS.c.checkpoint_id)

LOCK_INSTANCES: Final = {
    dialect: wanted_rows(dialect, INSTANCES, _OF_INSTANCE).order_by(*_OF_INSTANCE).with_for_update(of=INSTANCES) for dialect in DIALECTS
}
FIND_CHECKPOINTS: Final = {dialect: wanted_rows(dialect, CHECKPOINTS, _OF_CHECKPOINT) for dialect in DIALECTS}
FIND_INSTANCE: Final = select(INSTANCES).where(
    InstanceRow.tenant_id == bindparam("tenant"), InstanceRow.instance_id == bindparam("instance")
)
ADD_INSTANCE: Final = insert(InstanceRow)
ADD_CHECKPOINT: Final = insert(CheckpointRow)
CHANGE_INSTANCE: Final = (
    update(INSTANCES)
    .where(InstanceRow.tenant_id == bindparam("tenant"), InstanceRow.instance_id == bindparam("instance"))
    .values({name: bindparam(name) for name in ("status", "signal", *PLAIN)})
)


def lock_instances(connection: Connection, names: Iterable[Name]) -> dict[Name, Instance]:
    """Return those of the instances that exist; nobody else changes them until this transaction ends."""
    wanted = [(name.tenant, name.instance) for name in set(names)]
    rows = connection.execute(LOCK_INSTANCES[connection.dialect.name], {"wanted": json.dumps(wanted)})
    return {instance.name: instance for instance in map(instance_of, rows)}


def find_instance(connection: Connection, name: Name) -> Instance | None:
    """Return one instance."""
    row = connection.execute(FIND_INSTANCE, {"tenant": name.tenant, "instance": name.instance}).first()
    return None if row is None else instance_of(row)


def find_checkpoints(connection: Connection, references: Iterable[Reference]) -> dict[Reference, Checkpoint]:
    """Return those of the checkpoints that exist."""
    wanted = [(name.tenant, name.instance, checkpoint_id) for name, checkpoint_id in set(references)]
    if not wanted:
        return {}
    rows = connection.execute(FIND_CHECKPOINTS[connection.dialect.name], {"wanted": json.dumps(wanted)})
    return {(checkpoint.name, checkpoint.checkpoint_id): checkpoint for checkpoint in map(checkpoint_of, rows)}


def write(connection: Connection, *, new: Sequence[Instance], changed: Sequence[Instance], added: Sequence[Checkpoint]) -> None:
    """Write what a batch of operations came to."""
    if new:
        connection.execute(ADD_INSTANCE, [_key(each.name) | _values(each) for each in new])
    if changed:
        connection.execute(
            CHANGE_INSTANCE, [{"tenant": each.name.tenant, "instance": each.name.instance} | _values(each) for each in changed]
        )
    if added:
        connection.execute(ADD_CHECKPOINT, [_checkpoint_values(each) for each in added])


def instance_of(row: Row[Any]) -> Instance:
    """Return the record of a row."""
    values = row._mapping  # noqa: SLF001  # the library's public name for it
    return Instance(
        name=Name(tenant=values["tenant_id"], instance=values["instance_id"]),
        status=Status(values["status"]),
        signal=None if values["signal"] is None else Signal(values["signal"]),
        **{name: values[name] for name in PLAIN},
    )


def checkpoint_of(row: Row[Any]) -> Checkpoint:
    """Return the record of a row."""
    return Checkpoint(
        name=Name(tenant=row.tenant_id, instance=row.instance_id),
        checkpoint_id=row.checkpoint_id,
        position=row.position,
        state=row.state,
        created_at=row.created_at,
        wake_at=row.wake_at,
    )


def _key(name: Name) -> dict[str, Any]:
    return {"tenant_id": name.tenant, "instance_id": name.instance}


def _values(instance: Instance) -> dict[str, Any]:
    plain = {name: getattr(instance, name) for name in PLAIN}
    return {"status": instance.status.value, "signal": instance.signal.value if instance.signal else None, **plain}


def _checkpoint_values(checkpoint: Checkpoint) -> dict[str, Any]:
    return {
        **_key(checkpoint.name),
        "checkpoint_id": checkpoint.checkpoint_id,
        "position": checkpoint.position,
        "state": checkpoint.state,
        "created_at": checkpoint.created_at,
        "wake_at": checkpoint.wake_at,
    }
