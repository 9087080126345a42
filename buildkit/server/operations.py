"""What can be asked of an instance, as pure functions of what is stored.

Every operation may be asked again when its answer was lost: the second time it changes nothing and answers the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from buildkit.records import dataclass
from buildkit.server.records import Checkpoint, Instance, Name
from buildkit.server.refusals import already_ended, no_checkpoint, no_instance
from buildkit.server.statuses import ENDED, IDLE, QUIET, Signal, Status

StoredCheckpoint = Callable[[str], Checkpoint | None]
"""Finds a checkpoint of the instance in question by its id."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What an operation comes to: the instance afterwards, a checkpoint that is new, and one that was there."""

    instance: Instance
    added: Checkpoint | None = None
    found: Checkpoint | None = None


class Operation(Protocol):
    """Something asked of one instance."""

    @property
    def name(self) -> Name:
        """Say which instance."""
        ...

    def wanted(self, instance: Instance | None) -> str | None:
        """Name the checkpoint that `perform` will look for."""
        ...

    def perform(self, instance: Instance | None, stored: StoredCheckpoint, now: int) -> Change:
        """Decide what changes; raises `RefusalError` where nothing does."""
        ...


@dataclass(frozen=True, kw_only=True)
class Register:
    """Announce a run of the instance, which starts or goes on after its last checkpoint, or after the one named."""

    name: Name
    checkpoint_id: str | None = None

    def wanted(self, instance: Instance | None) -> str | None:
        """Name the checkpoint to go on from."""
        return self.checkpoint_id or (instance.checkpoint_id if instance else None)

    def perform(self, instance: Instance | None, stored: StoredCheckpoint, now: int) -> Change:
        """Start an attempt. A completed or cancelled instance stays what it is, and a pause holds until it is resumed."""
        wanted = self.wanted(instance)
        found = stored(wanted) if wanted is not None else None
        if self.checkpoint_id is not None and found is None:
            raise no_checkpoint(self.name, self.checkpoint_id)
        if instance is None:
            return Change(instance=Instance(name=self.name, status=Status.RUNNING, created_at=now, updated_at=now))
        status = instance.status_at(now)
        if status in {Status.COMPLETED, Status.CANCELLED, Status.SLEEPING}:
            return Change(instance=instance, found=found)
        signal = None if instance.signal is Signal.RESUME else instance.signal
        started = replace(
            instance,
            status=Status.RUNNING,
            signal=signal,
            attempt=instance.attempt + 1,
            wake_at=None,
            error=None,
            error_code=None,
            updated_at=now,
        )
        return Change(instance=started, found=found)


@dataclass(frozen=True, kw_only=True)
class Store:
    """Store a state under a checkpoint id. The first one stays and is given back; `milliseconds` is how long to sleep after it."""

    name: Name
    checkpoint_id: str
    state: bytes
    milliseconds: int | None = None

    def wanted(self, _instance: Instance | None) -> str | None:
        """Name the checkpoint, which may be there."""
        return self.checkpoint_id

    def perform(self, instance: Instance | None, stored: StoredCheckpoint, now: int) -> Change:
        """Add the checkpoint unless it is there."""
        if instance is None:
            raise no_instance(self.name)
        found = stored(self.checkpoint_id)
        if found is not None:
            return Change(instance=instance, found=found)
        if instance.status in {Status.COMPLETED, Status.FAILED}:
            raise already_ended(instance)
        wake_at = None if self.milliseconds is None else now + self.milliseconds
        position = instance.checkpoints + 1
        added = Checkpoint(
            name=self.name, checkpoint_id=self.checkpoint_id, position=position, state=self.state, created_at=now, wake_at=wake_at
        )
        changed = replace(instance, checkpoints=position, checkpoint_id=self.checkpoint_id, updated_at=now)
        if instance.status is not Status.CANCELLED:
            # Whoever stores a new state runs, whatever was said before.
            status = Status.RUNNING if wake_at is None else Status.SLEEPING
            changed = replace(changed, status=status, wake_at=wake_at)
        return Change(instance=changed, added=added)


@dataclass(frozen=True, kw_only=True)
class Complete:
    """Say that the workflow is done. The first result stays."""

    name: Name
    result: bytes

    def wanted(self, _instance: Instance | None) -> str | None:
        """Look for none."""
        return None

    def perform(self, instance: Instance | None, _stored: StoredCheckpoint, now: int) -> Change:
        """Keep the result."""
        found = existing(self.name, instance)
        if found.status is Status.COMPLETED:
            return Change(instance=found)
        ended = replace(unended(found), status=Status.COMPLETED, result=self.result, signal=None, wake_at=None, updated_at=now)
        return Change(instance=ended)


@dataclass(frozen=True, kw_only=True)
class Fail:
    """Say that the workflow cannot go on. The first reason stays; with a cancellation waiting, this acknowledges it."""

    name: Name
    error: str
    error_code: str | None = None

    def wanted(self, _instance: Instance | None) -> str | None:
        """Look for none."""
        return None

    def perform(self, instance: Instance | None, _stored: StoredCheckpoint, now: int) -> Change:
        """Keep the reason."""
        found = existing(self.name, instance)
        if found.status in {Status.FAILED, Status.CANCELLED}:
            return Change(instance=found)
        status = Status.CANCELLED if found.signal is Signal.CANCEL else Status.FAILED
        ended = replace(
            unended(found), status=status, error=self.error, error_code=self.error_code, signal=None, wake_at=None, updated_at=now
        )
        return Change(instance=ended)


@dataclass(frozen=True, kw_only=True)
class Suspend:
    """Say that the workflow stops for now; with a cancellation waiting, this acknowledges it."""

    name: Name

    def wanted(self, _instance: Instance | None) -> str | None:
        """Look for none."""
        return None

    def perform(self, instance: Instance | None, _stored: StoredCheckpoint, now: int) -> Change:
        """Keep a pause that waits: it holds until the instance is resumed."""
        found = existing(self.name, instance)
        if found.signal is Signal.CANCEL:
            return Change(instance=replace(found, status=Status.CANCELLED, signal=None, wake_at=None, updated_at=now))
        if found.status is not Status.RUNNING:
            return Change(instance=found if found.status in QUIET else unended(found))
        status = Status.READY if found.signal is Signal.RESUME else Status.SUSPENDED
        signal = None if found.signal is Signal.RESUME else found.signal
        return Change(instance=replace(found, status=status, signal=signal, updated_at=now))


@dataclass(frozen=True, kw_only=True)
class Order:
    """Ask something of an instance, as its operator."""

    name: Name
    signal: Signal

    def wanted(self, _instance: Instance | None) -> str | None:
        """Look for none."""
        return None

    def perform(self, instance: Instance | None, _stored: StoredCheckpoint, now: int) -> Change:
        """Leave the signal for the workflow, or act at once where none runs."""
        found = existing(self.name, instance)
        if self.signal is Signal.CANCEL and found.status is Status.CANCELLED:
            return Change(instance=found)
        changed = ordered(unended(found), self.signal)
        return Change(instance=found if changed == found else replace(changed, updated_at=now))


def ordered(instance: Instance, signal: Signal) -> Instance:
    """Return what an order makes of an instance that has not ended."""
    if signal is Signal.CANCEL and instance.status in IDLE:
        return replace(instance, status=Status.CANCELLED, signal=None, wake_at=None)
    if instance.signal in {Signal.CANCEL, signal}:
        return instance
    if signal is not Signal.RESUME:
        return replace(instance, signal=signal)
    if instance.status is Status.RUNNING:
        # The workflow may have seen the pause: it is told that this one is over.
        return replace(instance, signal=signal) if instance.signal is Signal.PAUSE else instance
    status = Status.READY if instance.status is Status.SUSPENDED else instance.status
    return replace(instance, status=status, signal=None)


def existing(name: Name, instance: Instance | None) -> Instance:
    """Return the instance; raises `RefusalError` where there is none."""
    if instance is None:
        raise no_instance(name)
    return instance


def unended(instance: Instance) -> Instance:
    """Return the instance; raises `RefusalError` where it has ended."""
    if instance.status in ENDED:
        raise already_ended(instance)
    return instance
