"""The command line of the comparison."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer
from filelock import FileLock, Timeout
from msgspec.structs import replace
from platformdirs import user_cache_path

from bench.arena import open_arena
from bench.isolation import NAME, measure_isolation, open_large
from bench.results import IsolationResult, Result, WorkloadResult
from bench.rounds import Comparison
from bench.table import render
from bench.tools import Tools, install_tools
from bench.workloads import QUICK, WORKLOADS, Workload
from buildkit.cli.interrupts import interruptible
from buildkit.errors import BuildkitError, ExitCode, UsageError
from buildkit.process import Runner

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
    try:
        names = (QUICK.name,) if quick else chosen(only or [])
        files = Files(json=json, table=table)
        place = (folder or user_cache_path("buildkit-bench")).resolve()
        with interruptible() as processes, alone_in(place):
            say(f"tools and workspaces are in {place}")
            setup = Setup(place=place, tools=install_tools(place / "tools", processes), processes=processes, rounds=1 if quick else rounds)
            for result in run(names, setup):
                files.write(result)
    except BuildkitError as error:
        say(f"error: {error.message}" + (f"\nhint: {error.hint}" if error.hint else ""))
        raise typer.Exit(ExitCode.USAGE) from None
    except KeyboardInterrupt:
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    print(tables(result))
    raise typer.Exit(ExitCode.FAILED if any(workload.disagreements for workload in result.workloads) else ExitCode.PASSED)


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """What all workloads are measured with."""

    place: Path
    tools: Tools
    processes: Runner
    rounds: int


@dataclass(frozen=True, kw_only=True)
class Files:
    """Where the result goes, beside the terminal."""

    json: Path | None
    table: Path | None

    def __post_init__(self) -> None:
        """Refuse before hours have passed what could not be written then."""
        for file in (self.json, self.table):
            if file is not None and (file.is_dir() or not file.absolute().parent.is_dir()):
                raise UsageError(f"{str(file)!r} cannot be written", hint="name a file in a folder that exists")

    def write(self, result: Result) -> None:
        """Write what there is by now."""
        if self.json is not None:
            self.json.write_bytes(msgspec.json.format(msgspec.json.encode(result)) + b"\n")
        if self.table is not None:
            self.table.write_text(f"{tables(result)}\n", encoding="utf-8")


def tables(result: Result) -> str:
    """Return the tables, with the command that was typed."""
    return render(result, command=shlex.join(("python", "-m", "bench", *sys.argv[1:])))


@contextmanager
def alone_in(place: Path) -> Iterator[None]:
    """Keep a second comparison out of a folder; raises `UsageError` where one is there already."""
    place.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(place / "lock", timeout=0):
            yield
    except Timeout:
        raise UsageError(f"another comparison uses {place}", hint="python -m bench --folder DIR") from None


def run(names: tuple[str, ...], setup: Setup) -> Iterator[Result]:
    """Measure the workloads of these names one after another, and give all that is known after each."""
    result = Result(versions=setup.tools.versions, cpus=os.cpu_count() or 1, rounds=setup.rounds, workloads=())
    for name in names:
        if name == NAME:
            result = replace(result, isolation=judge_large(setup))
        else:
            result = replace(result, workloads=(*result.workloads, compare(KNOWN[name], setup)))
        yield result


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
