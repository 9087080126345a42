"""What a running workflow asks."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from buildkit.records import dataclass
from buildkit.server.bodies import (
    CheckpointBody,
    Checkpointed,
    CompletedBody,
    EmptyBody,
    Ended,
    FailedBody,
    InstanceId,
    RegisterBody,
    Registered,
    SleepBody,
    Slept,
    TenantId,
    Waiting,
)
from buildkit.server.listing import show_instance, waiting_signal
from buildkit.server.operations import Complete, Fail, Register, Store, Suspend
from buildkit.server.records import Instance, Name
from buildkit.server.routes import Endpoint, Route, got, posted
from buildkit.server.service import Service
from buildkit.server.statuses import Signal

INSTANCE: Final = "/api/v1/instances/{instance_id}"
TAG: Final = "workflow"


@dataclass(frozen=True, kw_only=True)
class WorkflowRoutes:
    """The HTTP API that the SDK speaks."""

    service: Service

    def routes(self) -> tuple[Route, ...]:
        """Return the routes, the one that is asked for most first."""
        endpoints: dict[str, Endpoint] = {
            "checkpoint": self.checkpoint,
            "register": self.register,
            "durable-sleep": self.durable_sleep,
            "completed": self.completed,
            "failed": self.failed,
            "suspended": self.suspended,
        }
        posts = (posted(f"{INSTANCE}/{name}", name, endpoint, TAG) for name, endpoint in endpoints.items())
        return (*posts, got(f"{INSTANCE}/signals", "signals", self.signals, TAG))

    async def register(self, instance_id: InstanceId, tenant: TenantId, body: RegisterBody | None = None) -> Registered:
        """Announce a run, which starts or goes on after the last checkpoint or the one named.

        May be asked again at any time. A pause that waits holds until the operator resumes the instance.
        """
        wanted = body.checkpoint_id if body else None
        change = await self.service.committer.commit(Register(name=Name(tenant=tenant, instance=instance_id), checkpoint_id=wanted))
        instance, found = change.instance, change.found
        return Registered(
            **stops(instance),
            instance_id=instance_id,
            status=instance.status_at(self.service.clock()),
            attempt=instance.attempt,
            checkpoint_id=found.checkpoint_id if found else None,
            state=found.state if found else None,
            wake_at=instance.wake_at,
            result=instance.result,
        )

    async def checkpoint(self, instance_id: InstanceId, tenant: TenantId, body: CheckpointBody) -> Checkpointed:
        """Keep a state under an id. The first one stays: where there is one, it comes back, and the new one is not stored."""
        name = Name(tenant=tenant, instance=instance_id)
        change = await self.service.committer.commit(Store(name=name, checkpoint_id=body.checkpoint_id, state=body.state))
        self.service.metrics.checkpointed("existing" if change.found else "stored")
        return Checkpointed(**stops(change.instance), existing_state=change.found.state if change.found else None)

    async def durable_sleep(self, instance_id: InstanceId, tenant: TenantId, body: SleepBody) -> Slept:
        """Keep a state under an id and sleep after it. Asked again, the time to wake stays that of the first call."""
        name = Name(tenant=tenant, instance=instance_id)
        sleep = Store(name=name, checkpoint_id=body.checkpoint_id, state=body.state, milliseconds=body.duration_ms)
        change = await self.service.committer.commit(sleep)
        now = self.service.clock()
        stored = change.found or change.added
        wake_at = now if stored is None or stored.wake_at is None else stored.wake_at
        return Slept(
            **stops(change.instance),
            existing_state=change.found.state if change.found else None,
            wake_at=wake_at,
            remaining_ms=max(0, wake_at - now),
        )

    async def completed(self, instance_id: InstanceId, tenant: TenantId, body: CompletedBody | None = None) -> Ended:
        """Say that the workflow is done. The first result stays and comes back."""
        result = body.result if body else b""
        return await self._end(instance_id, Complete(name=Name(tenant=tenant, instance=instance_id), result=result))

    async def failed(self, instance_id: InstanceId, tenant: TenantId, body: FailedBody) -> Ended:
        """Say that the workflow cannot go on. Where a cancellation waits, this acknowledges it."""
        return await self._end(instance_id, Fail(name=Name(tenant=tenant, instance=instance_id), error=body.error, error_code=body.code))

    async def suspended(self, instance_id: InstanceId, tenant: TenantId, _body: EmptyBody | None = None) -> Ended:
        """Say that the workflow stops for now. Where a cancellation waits, this acknowledges it."""
        return await self._end(instance_id, Suspend(name=Name(tenant=tenant, instance=instance_id)))

    async def signals(self, instance_id: InstanceId, tenant: TenantId) -> Waiting:
        """Look which signal waits. It stays until it is acknowledged: looking takes nothing away."""
        name = Name(tenant=tenant, instance=instance_id)
        instance = await self.service.read(partial(show_instance, name=name))
        return Waiting(signal=waiting_signal(instance))

    async def _end(self, instance_id: str, operation: Complete | Fail | Suspend) -> Ended:
        instance = (await self.service.committer.commit(operation)).instance
        return Ended(
            instance_id=instance_id,
            status=instance.status,
            result=instance.result,
            error=instance.error,
            error_code=instance.error_code,
        )


def stops(instance: Instance) -> dict[str, Any]:
    """Return the two flags that every answer to a running workflow carries."""
    signal = waiting_signal(instance)
    return {"should_pause": signal is Signal.PAUSE, "should_cancel": signal is Signal.CANCEL}
