"""`buildkit targets`."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from buildkit.cli.interrupts import interruptible
from buildkit.cli.options import Everywhere
from buildkit.cli.provisioning import provisioning_request
from buildkit.cli.session import Session, open_session
from buildkit.cli.triples import verify_targets
from buildkit.process import Runner
from buildkit.toolchain.available import Ability, Availability, available
from buildkit.toolchain.discover import reading_toolchain
from buildkit.toolchain.ensure import look
from buildkit.toolchain.model import StdNeed

TARGETS_VERSION = 1
SERVED = {Ability.NOW: "ready", Ability.AFTER_ENSURE: "after `buildkit toolchain ensure`", Ability.NO: "not here"}


def targets(
    everywhere: Everywhere,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List the compilation targets and what serves them."""
    session = open_session(everywhere)
    with interruptible(session.remembered) as processes:
        answers = serve(session, processes=processes)
    rows = [describe(session, name, answers[name]) for name in session.targets]
    if as_json:
        typer.echo(json.dumps({"version": TARGETS_VERSION, "targets": rows}, indent=2))
        return
    for row in rows:
        typer.echo(
            f"{row['name']}  ({row['triple'] or 'no compiler to give a host'})\n    {row['summary']}\n    {row['served']}: {row['reason']}; from {row['provider']}"
        )


def serve(session: Session, *, processes: Runner) -> dict[str, Availability]:
    """Say of every target whether this machine can build for it, once rustc knows all the triples."""
    request = provisioning_request(session, tuple(session.targets), StdNeed.BUILD, processes=processes)
    situation = look(request, environment=session.environment, processes=processes, emit=lambda _: None)
    reader = reading_toolchain(situation.toolchains)
    if reader is not None:
        verify_targets(session.targets, reader, processes=processes)
    return dict(available(situation))


def describe(session: Session, name: str, answer: Availability) -> dict[str, Any]:
    """Return one row of the list."""
    target = session.targets[name]
    return {
        "name": name,
        "triple": answer.triple,
        "summary": target.summary,
        "tags": sorted(target.tags),
        "stdlib_feature": target.stdlib_feature,
        "provider": session.targets.providers[name],
        "served": SERVED[answer.ability],
        "reason": answer.reason,
    }
