"""What the operator of a tenant's instances asks."""

from __future__ import annotations

import logging
from functools import partial
from typing import Annotated, Any, Final

from fastapi import Query

from buildkit.records import dataclass
from buildkit.server.bodies import SEGMENT, InstanceAnswer, InstanceDetails, InstanceId, InstanceList, TenantId
from buildkit.server.listing import LONGEST_PAGE, Page, list_instances, show_instance
from buildkit.server.metrics import LOGGER
from buildkit.server.models import LONGEST_NAME
from buildkit.server.operations import Order
from buildkit.server.records import Instance, Name
from buildkit.server.routes import Endpoint, Route, got, posted
from buildkit.server.service import Service
from buildkit.server.statuses import Signal, Status

INSTANCES: Final = "/api/v1/instances"
TAG: Final = "operator"

Limit = Annotated[int, Query(ge=1, le=LONGEST_PAGE, description="How many at most.")]
After = Annotated[str | None, Query(min_length=1, max_length=LONGEST_NAME, pattern=SEGMENT, description="Only those after this id.")]
OfStatus = Annotated[Status | None, Query(description="Only those that stand there.")]


@dataclass(frozen=True, kw_only=True)
class OperatorRoutes:
    """Lists, details, and orders."""

    service: Service

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of instances."""
        orders: dict[str, Endpoint] = {"pause": self.pause, "cancel": self.cancel, "resume": self.resume}
        return (
            got(INSTANCES, "list", self.list, TAG),
            got(f"{INSTANCES}/{{instance_id}}", "show", self.show, TAG),
            *(posted(f"{INSTANCES}/{{instance_id}}/{name}", name, endpoint, TAG) for name, endpoint in orders.items()),
        )

    async def list(self, tenant: TenantId, limit: Limit = 100, after: After = None, status: OfStatus = None) -> InstanceList:
        """List instances by their ids."""
        now = self.service.clock()
        page = Page(tenant=tenant, limit=limit, after=after, status=status)
        found = await self.service.read(partial(list_instances, page=page, now=now))
        shown = found[:limit]
        following = shown[-1].name.instance if len(found) > limit else None
        return InstanceList(instances=[InstanceAnswer(**described(each, now)) for each in shown], next=following)

    async def show(self, instance_id: InstanceId, tenant: TenantId) -> InstanceDetails:
        """Show one instance, with its result."""
        instance = await self.service.read(partial(show_instance, name=Name(tenant=tenant, instance=instance_id)))
        return InstanceDetails(**described(instance, self.service.clock()), result=instance.result)

    async def pause(self, instance_id: InstanceId, tenant: TenantId) -> InstanceAnswer:
        """Ask the workflow to stop at the next step. The pause holds until the instance is resumed."""
        return await self._order(Order(name=Name(tenant=tenant, instance=instance_id), signal=Signal.PAUSE))

    async def cancel(self, instance_id: InstanceId, tenant: TenantId) -> InstanceAnswer:
        """Ask the workflow to stop for good; an instance that does not run is cancelled at once."""
        return await self._order(Order(name=Name(tenant=tenant, instance=instance_id), signal=Signal.CANCEL))

    async def resume(self, instance_id: InstanceId, tenant: TenantId) -> InstanceAnswer:
        """End a pause. A suspended instance becomes ready to be started; one that sleeps goes on sleeping."""
        return await self._order(Order(name=Name(tenant=tenant, instance=instance_id), signal=Signal.RESUME))

    async def _order(self, order: Order) -> InstanceAnswer:
        change = await self.service.committer.commit(order)
        logging.getLogger(LOGGER).info(
            "ordered", extra={"tenant": order.name.tenant, "instance": order.name.instance, "signal": order.signal.value}
        )
        return InstanceAnswer(**described(change.instance, self.service.clock()))


def described(instance: Instance, now: int) -> dict[str, Any]:
    """Return what an operator sees of an instance."""
    return {
        "instance_id": instance.name.instance,
        "status": instance.status_at(now),
        "signal": instance.signal,
        "attempt": instance.attempt,
        "checkpoints": instance.checkpoints,
        "checkpoint_id": instance.checkpoint_id,
        "wake_at": instance.wake_at,
        "error": instance.error,
        "error_code": instance.error_code,
        "created_at": instance.created_at,
        "updated_at": instance.updated_at,
    }
