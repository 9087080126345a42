"""`buildkit doctor`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from buildkit.cargo.surroundings import C_LIBRARY_HINT
from buildkit.cli.interrupts import interruptible
from buildkit.cli.options import Everywhere
from buildkit.cli.provisioning import provisioning_request
from buildkit.cli.session import open_session
from buildkit.errors import ExitCode
from buildkit.toolchain.available import Ability, Availability, available
from buildkit.toolchain.ensure import look
from buildkit.toolchain.linkers import can_link
from buildkit.toolchain.model import StdNeed
from buildkit.toolchain.situation import Situation

MARKS = {Ability.NOW: "ok", Ability.AFTER_ENSURE: "missing", Ability.NO: "impossible"}


def diagnose(
    everywhere: Everywhere,
    targets: Annotated[
        list[str] | None, typer.Argument(metavar="[TARGET]...", help="Compilation targets (default: the workspace's).", show_default=False)
    ] = None,
) -> None:
    """Say what is missing, and the command that mends it."""
    session = open_session(everywhere)
    with interruptible(session.remembered) as processes:
        request = provisioning_request(session, targets or (), StdNeed.BUILD, processes=processes)
        situation = look(request, environment=session.environment, processes=processes, emit=lambda _: None)
        answers = available(situation)
        machine = tuple(machine_lines(situation))
    for line in (*machine, *(line for answer in answers.values() for line in target_lines(answer))):
        typer.echo(line)
    missing = [answer.target for answer in answers.values() if answer.ability is not Ability.NOW]
    if missing or not is_writable(situation.store.root):
        raise typer.Exit(ExitCode.TOOLCHAIN)


def machine_lines(situation: Situation) -> Iterator[str]:
    """Give what this machine has: compilers, a C compiler, ways to get more, the store."""
    for toolchain in situation.toolchains:
        allowed = "" if situation.allows(toolchain) else " (not what the workspace asks for)"
        yield f"ok          {toolchain.title}{allowed}"
    if not situation.toolchains:
        yield "missing     a Rust compiler"
    cc = next((found for toolchain in (*situation.toolchains, None) if (found := situation.cc(toolchain)) is not None), None)
    yield (
        f"ok          C compiler {cc}"
        if cc is not None
        else "missing     a C compiler; without root: buildkit toolchain ensure, else: apt-get install gcc libc6-dev"
    )
    if cc is not None and not can_link(cc):
        yield f"missing     the C library that {cc} links with (crt1.o); {C_LIBRARY_HINT}"
    yield f"{'ok' if situation.has_packages else 'none':<10}  packages of the distribution (apt)"
    root = situation.store.root
    yield (
        f"ok          store {root}"
        if is_writable(root)
        else f"missing     a store that can be written: {root}; BUILDKIT_CACHE_DIR=DIR buildkit doctor"
    )


def target_lines(answer: Availability) -> Iterator[str]:
    """Give the answer for one target, and the command that mends it."""
    yield f"{MARKS[answer.ability]:<10}  {answer.target}: {answer.reason}"
    if answer.mend is not None:
        yield f"            try: {answer.mend}"


def is_writable(root: Path) -> bool:
    """Say whether the store can be written, or made where it is not there yet."""
    existing = next(folder for folder in (root, *root.parents) if folder.exists())
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)
