"""The command line of the comparison."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer
from platformdirs import user_cache_path

from bench.arena import open_arena
from bench.isolation import NAME, measure_isolation, open_large
from bench.results import IsolationResult, Result, WorkloadResult
from bench.rounds import Comparison
from bench.table import render
from bench.tools import Tools, install_tools
from bench.workloads import QUICK, WORKLOADS, Workload
from buildkit.errors import BuildkitError, UsageError
from buildkit.process import ProcessRunner, Runner

KNOWN: Final = {workload.name: workload for workload in (*WORKLOADS, QUICK)}


def main(
    *,
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="How often everything is measured.")] = 3,
    quick: Annotated[bool, typer.Option("--quick", help="One round of a small workload, to see that it all works.")] = False,
    only: Annotated[list[str] | None, typer.Option("--only", metavar="NAME", help="Only this workload; repeatable.")] = None,
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Where tools and workspaces are kept (default: the cache folder).")
    ] = None,
    json: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write everything that was measured.")] = None,
    table: Annotated[Path | None, typer.Option("--table", metavar="FILE", help="Write the tables, which are printed in any case.")] = None,
) -> None:
    """Compare buildkit with cargo-hack and cargo-fc: the same cells, interleaved; fails where their verdicts differ."""
    processes = ProcessRunner()
    try:
        names = (QUICK.name,) if quick else chosen(only or [])
        place = (folder or user_cache_path("buildkit-bench")).resolve()
        say(f"tools and workspaces are in {place}")
        tools = install_tools(place / "tools", processes)
        result = run(names, Setup(place=place, tools=tools, processes=processes, rounds=1 if quick else rounds))
    except BuildkitError as error:
        say(f"error: {error.message}" + (f"\nhint: {error.hint}" if error.hint else ""))
        raise typer.Exit(2) from None
    finally:
        processes.interrupt()
    text = render(result, command=shlex.join(("python", "-m", "bench", *sys.argv[1:])))
    print(text)
    for file, content in ((json, msgspec.json.format(msgspec.json.encode(result)).decode()), (table, text)):
        if file is not None:
            file.write_text(f"{content}\n", encoding="utf-8")
    raise typer.Exit(any(workload.disagreements for workload in result.workloads))


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """What all workloads are measured with."""

    place: Path
    tools: Tools
    processes: Runner
    rounds: int


def run(names: tuple[str, ...], setup: Setup) -> Result:
    """Measure the workloads of these names one after another."""
    measured = tuple(compare(KNOWN[name], setup) for name in names if name in KNOWN)
    isolation = judge_large(setup) if NAME in names else None
    return Result(versions=setup.tools.versions, cpus=os.cpu_count() or 1, rounds=setup.rounds, workloads=measured, isolation=isolation)


def judge_large(setup: Setup) -> IsolationResult:
    """Measure the isolation stage of a large workspace."""
    say(f"{NAME}: the workspace is generated")
    return measure_isolation(open_large(setup.place / "workspaces", setup.tools, setup.processes), setup.rounds, say)


def compare(workload: Workload, setup: Setup) -> WorkloadResult:
    """Measure one workload."""
    arena = open_arena(setup.place / "workspaces", workload, setup.tools, setup.processes)
    say(f"{workload.name}: {len(arena.task.cells)} cells on {arena.task.triple}")
    return Comparison(arena=arena, rounds=setup.rounds, cpus=os.cpu_count() or 1, say=say).run()


def chosen(names: list[str]) -> tuple[str, ...]:
    """Return the names, or those of all workloads but the small one; raises `UsageError` for one that does not exist."""
    known = (*KNOWN, NAME)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(f"unknown workload {unknown[0]!r}", hint=f"one of: {', '.join(known)}")
    return tuple(names or (name for name in known if name != QUICK.name))


def say(line: str) -> None:
    """Tell what is going on; standard output is for the tables."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    typer.run(main)
