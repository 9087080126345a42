"""Where the checkpoints of workflow instances are kept: a service that runs, or one within this command."""

from __future__ import annotations

import logging
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from buildkit.cli.serve import address
from buildkit.cli.server_extra import needing_server
from buildkit.errors import BuildkitError, ToolchainError, UsageError
from buildkit.later import Later
from buildkit.records import dataclass
from buildkit.reports.words import clean
from buildkit.runners.service_client import TOKEN_VARIABLE, ServiceAccess, ServiceClient, ServiceError

if TYPE_CHECKING:
    from buildkit.server import database, embedded, logs, settings
else:
    database, embedded, logs, settings = (Later(f"buildkit.server.{name}") for name in ("database", "embedded", "logs", "settings"))

SECTION: Final = "Service"
TENANT: Final = "local"
UNAUTHORIZED: Final = 401
ATTEMPTS: Final = 3
SECONDS: Final = 10.0
"""How long an attempt may take."""

FIRST_FAILURE: Final = 500


@dataclass(frozen=True, kw_only=True)
class ServicePart:
    """Which service, and whose instances. The token comes from the environment alone."""

    service: Annotated[
        str | None,
        typer.Option(
            "--service",
            metavar="URL",
            help="The checkpoint service; its token comes from $RUNTARA_TOKEN.",
            show_default=False,
            rich_help_panel=SECTION,
        ),
    ] = None
    embedded: Annotated[
        bool,
        typer.Option("--embedded", help="A service of this command's own, at a free port of this machine.", rich_help_panel=SECTION),
    ] = False
    state: Annotated[
        Path | None,
        typer.Option(
            "--state",
            metavar="FILE",
            help="The embedded service's SQLite file (default: that of buildkit serve).",
            show_default=False,
            rich_help_panel=SECTION,
        ),
    ] = None
    tenant: Annotated[str, typer.Option("--tenant", metavar="NAME", help="Whose instances.", rich_help_panel=SECTION)] = TENANT


@contextmanager
def opened(part: ServicePart, environment: Mapping[str, str]) -> Iterator[ServiceAccess | None]:
    """Give the way to the service that the options name, `None` where they name none; an embedded one ends with the block."""
    if part.embedded and part.service is not None:
        raise UsageError("--service and --embedded exclude each other", hint=f"--service {part.service}")
    if part.state is not None and not part.embedded:
        raise UsageError(f"--state {part.state} is for an embedded service", hint=f"--embedded --state {part.state}")
    if part.embedded:
        with _embedded(part, environment) as url:
            yield ServiceAccess(url=url, tenant=part.tenant)
    elif part.service is not None:
        yield ServiceAccess(url=part.service, tenant=part.tenant, token=environment.get(TOKEN_VARIABLE) or None)
    elif part.tenant != TENANT:
        raise UsageError(f"--tenant {part.tenant}: there is no service that keeps its instances", hint="--service URL, or --embedded")
    else:
        yield None


@contextmanager
def _embedded(part: ServicePart, environment: Mapping[str, str]) -> Iterator[str]:
    with needing_server():
        kept = database.parse_address(address(None, environment)) if part.state is None else database.file_address(part.state.absolute())
        chosen = settings.ServeSettings(database=kept, port=0, drain_seconds=1)
        serving = embedded.embedded(chosen)
    with logs.logging_to(sys.stderr, logging.WARNING), serving as url:
        yield url


def asking(access: ServiceAccess) -> ServiceClient:
    """Return a client for a command that somebody waits for."""
    return ServiceClient(access, attempts=ATTEMPTS, timeout=SECONDS)


def explained(error: ServiceError, part: ServicePart) -> BuildkitError:
    """Return what a command ends with when the service does not do what it is asked."""
    message = clean(error.message)
    if error.status is None or (error.code is None and error.status < FIRST_FAILURE):
        return ToolchainError(message, hint="buildkit serve; or --embedded")
    place = "the embedded service" if part.service is None else part.service
    if error.status == UNAUTHORIZED:
        return UsageError(f"{place}: {message}", hint=f"export {TOKEN_VARIABLE}=…, a token of tenant {part.tenant}")
    if error.status >= FIRST_FAILURE:
        return ToolchainError(f"{place}: {message}", hint="read its log")
    return UsageError(f"{place}: {message}", hint=shlex.join(["buildkit", "instance", "list", *_words(part)]))


def _words(part: ServicePart) -> Iterator[str]:
    """Give the options that name the same service and tenant."""
    yield from ("--embedded",) if part.service is None else ("--service", part.service)
    if part.state is not None:
        yield from ("--state", str(part.state))
    if part.tenant != TENANT:
        yield from ("--tenant", part.tenant)
