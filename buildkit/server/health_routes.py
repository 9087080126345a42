"""What whoever watches over the service asks; no tenant is needed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from fastapi import Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import Connection, text

from buildkit.records import dataclass
from buildkit.server.bodies import Health
from buildkit.server.routes import Route, got
from buildkit.server.service import Service
from buildkit.version import __version__

TAG: Final = "service"


@dataclass(frozen=True, kw_only=True)
class HealthRoutes:
    """Health and figures."""

    service: Service

    def routes(self) -> tuple[Route, ...]:
        """Return the routes."""
        metrics = replace(got("/metrics", "metrics", self.metrics, TAG), response=PlainTextResponse)
        return (got("/health", "health", self.health, TAG), metrics)

    async def health(self) -> Health:
        """Say that the service answers, and its database does; else 503."""
        await self.service.read(_ask)
        return Health(status="ok", database=self.service.database.kind, version=__version__)

    async def metrics(self) -> Response:
        """Give the figures in Prometheus' text format."""
        return Response(self.service.metrics.text(), media_type=CONTENT_TYPE_LATEST)


def _ask(connection: Connection) -> None:
    connection.execute(text("SELECT 1 FROM instances LIMIT 1")).first()
