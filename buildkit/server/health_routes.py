"""What whoever watches over the service asks; no tenant is needed."""

from __future__ import annotations

from http import HTTPMethod

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import Connection, text

from buildkit.records import dataclass
from buildkit.server.bodies import Health
from buildkit.server.service import Service
from buildkit.version import __version__


@dataclass(frozen=True, kw_only=True)
class HealthRoutes:
    """Health and figures."""

    service: Service

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(tags=["service"])
        router.add_api_route("/health", self.health, methods=[HTTPMethod.GET], operation_id="health")
        router.add_api_route(
            "/metrics",
            self.metrics,
            methods=[HTTPMethod.GET],
            operation_id="metrics",
            response_class=Response,
            responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
        )
        return router

    async def health(self) -> Health:
        """Say that the service answers, and its database does; else 503."""
        await self.service.read(_ask)
        return Health(status="ok", database=self.service.database.kind, version=__version__)

    async def metrics(self) -> Response:
        """Give the figures in Prometheus' text format."""
        return Response(self.service.metrics.text(), media_type=CONTENT_TYPE_LATEST)


def _ask(connection: Connection) -> None:
    connection.execute(text("SELECT 1 FROM instances LIMIT 1")).first()
