"""`buildkit instance`: what the operator of workflow instances asks of a service."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Annotated, Any, Final, TypeVar

import typer

from buildkit.cli.checkpoints import ServicePart, asking, explained, opened
from buildkit.errors import UsageError
from buildkit.reports.instances import instance_line
from buildkit.reports.settings import Format
from buildkit.runners.service_client import ServiceClient, ServiceError, checked_instance

PAGE: Final = "500"
LISTED_VERSION: Final = 1

Answer = TypeVar("Answer")

Instance = Annotated[str, typer.Argument(metavar="ID", help="The instance.", show_default=False)]
Form = Annotated[Format, typer.Option("--format", help="How to tell.")]


def list_instances(
    part: ServicePart,
    *,
    status: Annotated[
        str | None, typer.Option("--status", metavar="STATUS", help="Only those that stand there, such as suspended.", show_default=False)
    ] = None,
    format_: Form = Format.PLAIN,
) -> None:
    """List a tenant's instances, with where each stands."""
    found = _asked(part, lambda client: list(_pages(client, {} if status is None else {"status": status})))
    if format_ is Format.JSON:
        typer.echo(json.dumps({"version": LISTED_VERSION, "instances": found}, indent=2))
        return
    for each in found:
        typer.echo(instance_line(each))


def show_instance(part: ServicePart, instance: Instance, *, format_: Form = Format.PLAIN) -> None:
    """Show where an instance stands."""
    _show(_asked(part, lambda client: client.look(checked_instance(instance))), format_)


def pause_instance(part: ServicePart, instance: Instance, *, format_: Form = Format.PLAIN) -> None:
    """Ask an instance to stop at its next step, until it is resumed."""
    _show(_ordered(part, instance, "pause"), format_)


def cancel_instance(part: ServicePart, instance: Instance, *, format_: Form = Format.PLAIN) -> None:
    """Ask an instance to stop for good."""
    _show(_ordered(part, instance, "cancel"), format_)


def resume_instance(part: ServicePart, instance: Instance, *, format_: Form = Format.PLAIN) -> None:
    """End a pause; buildkit run --instance then goes on."""
    _show(_ordered(part, instance, "resume"), format_)


def _ordered(part: ServicePart, instance: str, order: str) -> dict[str, Any]:
    return _asked(part, lambda client: client.order(checked_instance(instance), order))


def _asked(part: ServicePart, question: Callable[[ServiceClient], Answer]) -> Answer:
    with opened(part, os.environ) as service:
        if service is None:
            raise UsageError("there is no service to ask", hint="--service URL, or --embedded for what earlier runs kept here")
        with closing(asking(service)) as client:
            try:
                return question(client)
            except ServiceError as error:
                raise explained(error, part) from None


def _pages(client: ServiceClient, fields: dict[str, str]) -> Iterator[dict[str, Any]]:
    after: dict[str, str] = {}
    while True:
        page = client.list({"limit": PAGE, **fields, **after})
        yield from page["instances"]
        if not page["next"]:
            return
        after = {"after": page["next"]}


def _show(found: dict[str, Any], form: Format) -> None:
    typer.echo(json.dumps(found, indent=2) if form is Format.JSON else instance_line(found))
