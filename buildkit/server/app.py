"""The ASGI application."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI, Security
from fastapi.datastructures import Default
from fastapi.params import Depends
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer

from buildkit.server.edge import Edge
from buildkit.server.envelope import answer_errors, error_responses
from buildkit.server.health_routes import HealthRoutes
from buildkit.server.operator_routes import OperatorRoutes
from buildkit.server.routes import Route
from buildkit.server.service import Service
from buildkit.server.settings import LARGEST_BODY
from buildkit.server.workflow_routes import WorkflowRoutes
from buildkit.version import __version__


def create_app(service: Service, *, largest_body: int = LARGEST_BODY) -> FastAPI:
    """Return the application upon an open service."""
    app = FastAPI(
        title="buildkit serve",
        summary="Checkpoints and signals of workflow instances.",
        version=__version__,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        # Looking for OpenTelemetry takes a fifteenth of a request's time; the figures are those of `/metrics`.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    bearer = [Security(HTTPBearer(auto_error=False, description="The tenant's token."))] if service.tokens else []
    for route in (*WorkflowRoutes(service=service).routes(), *OperatorRoutes(service=service).routes()):
        add(app, route, bearer)
    for route in HealthRoutes(service=service).routes():
        add(app, route, [])
    answer_errors(app)
    app.add_middleware(Edge, service=service, largest_body=largest_body)
    return app


def add(app: FastAPI, route: Route, dependencies: Sequence[Depends]) -> None:
    """Add a route. Straight to the application: a router in between takes a tenth of a request's time."""
    app.add_api_route(
        route.path,
        route.endpoint,
        methods=[route.method],
        operation_id=route.name,
        tags=[route.tag],
        dependencies=dependencies,
        responses=error_responses(),
        response_class=route.response or Default(JSONResponse),
    )
