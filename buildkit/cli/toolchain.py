"""`buildkit toolchain`: provide compilers, standard libraries, linkers and tools; list, print and remove them."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.filesize import decimal

from buildkit.cli.interrupts import interruptible
from buildkit.cli.options import Everywhere
from buildkit.cli.provisioning import provisioning_request
from buildkit.cli.session import open_session
from buildkit.events import Notice
from buildkit.execute.memory import WORKSPACES
from buildkit.execute.memory_pruning import prune_workspaces
from buildkit.execute.verdict_files import FOLDER, prune_files
from buildkit.replay import page
from buildkit.reports.open import open_reporter
from buildkit.reports.settings import Reporting
from buildkit.toolchain.discover import discover
from buildkit.toolchain.ensure import ensure
from buildkit.toolchain.environment import shell_environment, shell_exports
from buildkit.toolchain.flags import everywhere_flags
from buildkit.toolchain.layout import STORED_ANSWERS
from buildkit.toolchain.model import StdNeed, Supply
from buildkit.toolchain.store import SECONDS_PER_DAY, Entry, Store


class Purpose(StrEnum):
    """What the standard libraries are for."""

    CHECK = StdNeed.CHECK.value
    BUILD = StdNeed.BUILD.value


def ensure_targets(
    everywhere: Everywhere,
    targets: Annotated[
        list[str] | None, typer.Argument(metavar="[TARGET]...", help="Compilation targets (default: the workspace's).", show_default=False)
    ] = None,
    purpose: Annotated[
        Purpose, typer.Option("--for", help="What the standard libraries are for; those for builds serve checks as well.")
    ] = Purpose.BUILD,
    *,
    install: Annotated[bool, typer.Option("--install", help="Allow packages to be installed on the system.")] = False,
) -> None:
    """Make what the targets need available on this machine."""
    session = open_session(everywhere)
    with interruptible(session.remembered) as processes, open_reporter(Reporting(stdout=sys.stdout, stderr=sys.stderr)) as emit:
        request = provisioning_request(session, targets or (), StdNeed(purpose.value), processes=processes)
        supplies = ensure(replace(request, install=install), processes=processes, environment=session.environment, emit=emit)
        for name, supply in supplies.items():
            emit(Notice(message=f"{name}: {describe(supply)}"))


def list_toolchains(everywhere: Everywhere) -> None:
    """List the toolchains here and what the store holds."""
    session = open_session(everywhere)
    with interruptible(session.remembered) as processes:
        toolchains = tuple(discover(environment=session.environment, store=session.store.absolute(), processes=processes))
    for toolchain in toolchains:
        source = "with source" if toolchain.source is not None else "without source"
        typer.echo(f"{toolchain.title}, {source}: {' '.join(sorted(toolchain.prebuilt))}\n    {toolchain.rustc}")
    entries = Store(root=session.store.absolute(), emit=lambda _: None).entries()
    total = sum(entry.size for entry in entries)
    typer.echo(f"store {session.store}: {len(entries)} entries, {decimal(total)}")
    for line in entry_lines(entries, time.time()):
        typer.echo(f"    {line}")


def prune_store(
    everywhere: Everywhere,
    older_than: Annotated[
        float, typer.Option("--older-than", metavar="DAYS", min=0, help="Remove what was not used for so many days.")
    ] = 30.0,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Remove everything, whenever it was used.")] = False,
) -> None:
    """Remove what the store no longer needs."""
    session = open_session(everywhere)
    store = Store(root=session.store.absolute(), emit=lambda _: None)
    days = 0.0 if everything else older_than
    removed = store.prune(unused_days=days)
    for line in entry_lines(removed, time.time()):
        typer.echo(f"removed {line}")
    forgotten = prune_remembered(store.root, days)
    for what, size in forgotten.items():
        if size:
            typer.echo(f"removed {decimal(size)} of remembered {what}")
    total = sum(entry.size for entry in removed) + sum(forgotten.values())
    typer.echo(f"{len(removed)} entries removed, {decimal(total)} freed")


def prune_remembered(store: Path, unused_days: float) -> Mapping[str, int]:
    """Remove what is remembered and was not used for so many days; return how many bytes that were, by what it was."""
    files = {"verdicts": store / FOLDER, "answers": store / STORED_ANSWERS, "replies": Path(page.store()) / page.FOLDER}
    freed = {what: prune_files(folder, unused_days=unused_days) for what, folder in files.items()}
    return {**freed, "workspaces": prune_workspaces(store / WORKSPACES, unused_days=unused_days)}


def print_environment(
    everywhere: Everywhere,
    target: Annotated[str, typer.Argument(metavar="TARGET", help="Compilation target.")],
) -> None:
    """Print what another tool needs to use a target, for eval."""
    session = open_session(everywhere)
    # Standard output is for the shell that evaluates it.
    with interruptible(session.remembered) as processes, open_reporter(Reporting(stdout=sys.stderr, stderr=sys.stderr)) as emit:
        request = provisioning_request(session, (target,), StdNeed.BUILD, processes=processes)
        supply = ensure(request, processes=processes, environment=session.environment, emit=emit)[target]
        moved = everywhere_flags(session.environment)
        if moved is not None and supply.rustflags:
            told = f"RUSTFLAGS ({' '.join(moved)}) would hide the flags for {supply.triple}: they move to CARGO_BUILD_RUSTFLAGS and are kept for {supply.triple}"
            emit(Notice(message=told))
        patch = shell_environment(supply, environment=session.environment, root=session.settings.root, processes=processes)
    typer.echo(shell_exports(patch), nl=False)


def describe(supply: Supply) -> str:
    """Say in a line what a target is compiled with."""
    origin = "" if supply.sysroot is None else f" in {supply.sysroot}"
    return f"{supply.toolchain.title}, std {supply.provider}{origin}"


def entry_lines(entries: Sequence[Entry], now: float) -> list[str]:
    """Return a line for each entry of the store: size, days since its last use, what it is."""
    days = [int((now - entry.used) / SECONDS_PER_DAY) for entry in entries]
    return [
        f"{decimal(entry.size):>9}  used {f'{age} days ago' if age else 'today':<12}  {entry.manifest.title}  ({entry.kind}/{entry.name})"
        for entry, age in zip(entries, days, strict=True)
    ]
