"""What the operator of a tenant's instances asks."""

from __future__ import annotations

from functools import partial
from http import HTTPMethod
from typing import Annotated, Any

from fastapi import APIRouter, Query

from buildkit.records import dataclass
from buildkit.server.bodies import SEGMENT, InstanceAnswer, InstanceDetails, InstanceId, InstanceList, TenantId
from buildkit.server.listing import LONGEST_PAGE, Page, list_instances, show_instance
from buildkit.server.models import LONGEST_NAME
from buildkit.server.operations import Order
from buildkit.server.records import Instance, Name
from buildkit.server.service import Service
from buildkit.server.statuses import Signal, Status

Limit = Annotated[int, Query(ge=1, le=LONGEST_PAGE, description="How many at most.")]
After = Annotated[str | None, Query(min_length=1, max_length=LONGEST_NAME, pattern=SEGMENT, description="Only those after this id.")]
OfStatus = Annotated[Status | None, Query(description="Only those that stand there.")]


@dataclass(frozen=True, kw_only=True)
class OperatorRoutes:
    """Lists, details, and orders."""

    service: Service

    def router(self) -> APIRouter:
        """Return the routes of instances."""
        router = APIRouter(tags=["operator"])
        router.add_api_route("/instances", self.list, methods=[HTTPMethod.GET], operation_id="list")
        router.add_api_route("/instances/{instance_id}", self.show, methods=[HTTPMethod.GET], operation_id="show")
        for path, endpoint in (("pause", self.pause), ("cancel", self.cancel), ("resume", self.resume)):
            router.add_api_route(f"/instances/{{instance_id}}/{path}", endpoint, methods=[HTTPMethod.POST], operation_id=path)
        return router

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
