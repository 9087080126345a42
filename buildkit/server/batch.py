"""Apply a batch of operations in one transaction, with a handful of statements however many they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from buildkit.server.operations import Change, Operation
from buildkit.server.records import Checkpoint, Instance, Name
from buildkit.server.refusals import RefusalError
from buildkit.server.rows import Reference, find_checkpoints, lock_instances, write

Outcome = Change | RefusalError
"""What one operation came to."""


class Batch:
    """What a transaction has read, and what the operations so far have made of it."""

    def __init__(self, instances: dict[Name, Instance], checkpoints: dict[Reference, Checkpoint], now: int) -> None:
        """Start from what is stored."""
        self._before = dict(instances)
        self._instances = instances
        self._checkpoints = checkpoints
        self._now = now
        self.added: list[Checkpoint] = []

    def perform(self, operation: Operation) -> Outcome:
        """Perform one operation upon those before it."""
        name = operation.name
        try:
            change = operation.perform(self._instances.get(name), lambda wanted: self._checkpoints.get((name, wanted)), self._now)
        except RefusalError as refusal:
            return refusal
        self._instances[name] = change.instance
        if change.added is not None:
            self.added.append(change.added)
            self._checkpoints[name, change.added.checkpoint_id] = change.added
        return change

    @property
    def new(self) -> list[Instance]:
        """Return the instances that there were none of."""
        return [instance for name, instance in self._instances.items() if name not in self._before]

    @property
    def changed(self) -> list[Instance]:
        """Return the instances that are not what they were."""
        before = self._before
        return [instance for name, instance in self._instances.items() if name in before and before[name] is not instance]


def perform_all(connection: Connection, operations: Sequence[Operation], now: int) -> list[Outcome]:
    """Perform the operations in their order, within the transaction that the connection is in."""
    instances = lock_instances(connection, (operation.name for operation in operations))
    batch = Batch(instances, find_checkpoints(connection, _references(operations, instances)), now)
    outcomes = [batch.perform(operation) for operation in operations]
    write(connection, new=batch.new, changed=batch.changed, added=batch.added)
    return outcomes


def _references(operations: Iterable[Operation], instances: dict[Name, Instance]) -> Iterable[Reference]:
    for operation in operations:
        wanted = operation.wanted(instances.get(operation.name))
        if wanted is not None:
            yield operation.name, wanted
