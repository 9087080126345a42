"""The ASGI application."""

from __future__ import annotations

from fastapi import FastAPI, Security
from fastapi.security import HTTPBearer

from buildkit.server.edge import Edge
from buildkit.server.envelope import answer_errors, error_responses
from buildkit.server.health_routes import HealthRoutes
from buildkit.server.operator_routes import OperatorRoutes
from buildkit.server.service import Service
from buildkit.server.settings import LARGEST_BODY
from buildkit.server.workflow_routes import WorkflowRoutes
from buildkit.version import __version__

API = "/api/v1"


def create_app(service: Service, *, largest_body: int = LARGEST_BODY) -> FastAPI:
    """Return the application upon an open service."""
    app = FastAPI(
        title="buildkit serve",
        summary="Checkpoints and signals of workflow instances.",
        version=__version__,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
    )
    bearer = Security(HTTPBearer(auto_error=False, description="The tenant's token, where the service has any."))
    for router in (WorkflowRoutes(service=service).router(), OperatorRoutes(service=service).router()):
        app.include_router(router, prefix=API, dependencies=[bearer], responses=error_responses())
    app.include_router(HealthRoutes(service=service).router(), responses=error_responses())
    answer_errors(app)
    app.add_middleware(Edge, service=service, largest_body=largest_body)
    return app
