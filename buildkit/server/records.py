"""What the service keeps, as frozen values."""

from __future__ import annotations

from buildkit.records import dataclass
from buildkit.server.statuses import Signal, Status


@dataclass(frozen=True, kw_only=True)
class Name:
    """Which instance: its tenant and its id within the tenant."""

    tenant: str
    instance: str


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One workflow instance. Times are milliseconds since 1970, UTC."""

    name: Name
    status: Status
    created_at: int
    updated_at: int
    attempt: int = 1
    signal: Signal | None = None
    checkpoints: int = 0
    checkpoint_id: str | None = None
    wake_at: int | None = None
    result: bytes | None = None
    error: str | None = None
    error_code: str | None = None

    def status_at(self, now: int) -> Status:
        """Return where the instance stands now: one that has slept long enough is ready."""
        due = self.status is Status.SLEEPING and self.wake_at is not None and self.wake_at <= now
        return Status.READY if due else self.status


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A state that is stored under an id, once. `wake_at` is set where the workflow sleeps after it."""

    name: Name
    checkpoint_id: str
    position: int
    state: bytes
    created_at: int
    wake_at: int | None = None
