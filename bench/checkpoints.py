"""How many checkpoints a second `buildkit serve` keeps, durable, and that kill -9 takes none of them; `--help` says how it is asked.

python -m bench.checkpoints
"""

from __future__ import annotations

import asyncio
import random
import statistics
import threading
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final, TypeVar

import msgspec
import typer
import uvloop

from bench.checkpoint_load import Acknowledged, Load, missing, store
from bench.postgresql import NoPostgresqlError, postgresql
from bench.served import Serving, serving
from buildkit.errors import ExitCode

KILL_AFTER: Final = (0.05, 1.5)
"""Seconds of load before a kill, at random in between."""

LONGEST: Final = 600.0
MILLISECONDS: Final = 1000

Result = TypeVar("Result")


class Kind(StrEnum):
    """A database."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is measured."""

    workflows: int
    state_bytes: int
    seconds: float
    rounds: int
    kills: int


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One round of load; latencies in milliseconds."""

    checkpoints: int
    per_second: float
    p50: float
    p99: float


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What a database came to. `lost` are acknowledged checkpoints that were not there afterwards."""

    database: Kind
    workflows: int
    state_bytes: int
    rounds: tuple[Round, ...]
    kills: int
    acknowledged: int
    lost: int


def main(
    *,
    database: Annotated[list[Kind] | None, typer.Option("--database", help="Only this one; repeatable (default: both).")] = None,
    workflows: Annotated[int, typer.Option("--workflows", min=1, help="Workflows at once, each with a connection of its own.")] = 64,
    state: Annotated[int, typer.Option("--state", min=32, help="Bytes of each state.")] = 1024,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="How long a round takes.")] = 10,
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="How often it is measured.")] = 3,
    kills: Annotated[int, typer.Option("--kills", min=0, help="How often the service is killed under load.")] = 10,
    json: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write everything that was measured.")] = None,
) -> None:
    """Load the real service with checkpoints, kill it, and ask for all that it had acknowledged; fails where one is missing."""
    asked = Asked(workflows=workflows, state_bytes=state, seconds=seconds, rounds=rounds, kills=kills)
    results = []
    print("| database | workflows | state, bytes | checkpoints/s | p50, ms | p99, ms | kills | acknowledged | lost |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for kind in database or tuple(Kind):
        try:
            results.append(measure(kind, asked))
        except NoPostgresqlError as error:
            print(f"\n{kind}: left out: {error}")
            continue
        print(row(results[-1]), flush=True)
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=2))
    if any(result.lost for result in results):
        raise typer.Exit(ExitCode.FAILED)


def measure(kind: Kind, asked: Asked) -> Measured:
    """Measure one database, new and empty."""
    with TemporaryDirectory(prefix="buildkit-bench-") as name, opened(kind, Path(name)) as address:
        how = Serving(folder=Path(name), database=address)
        states: dict[tuple[str, str], str] = {}
        rounds = []
        with serving(how) as served:
            for number in range(asked.rounds):
                load = Load(workflows=asked.workflows, state_bytes=asked.state_bytes, seconds=asked.seconds, round_number=number)
                kept = run(store(served.url, load))
                states |= kept.states
                rounds.append(summary(kept))
            served.kill()
        for number in range(asked.kills):
            load = Load(workflows=asked.workflows, state_bytes=asked.state_bytes, seconds=LONGEST, round_number=asked.rounds + number)
            states |= killed(how, load).states
        with serving(how) as served:
            lost = run(missing(served.url, states))
    return Measured(
        database=kind,
        workflows=asked.workflows,
        state_bytes=asked.state_bytes,
        rounds=tuple(rounds),
        kills=asked.kills + 1,
        acknowledged=len(states),
        lost=len(lost),
    )


def killed(how: Serving, load: Load) -> Acknowledged:
    """Store checkpoints in a thread, and kill the service somewhere in the middle."""
    begun = threading.Event()
    with serving(how) as served, ThreadPoolExecutor(1) as threads:
        storing = threads.submit(run, store(served.url, load, begun))
        begun.wait(LONGEST)
        time.sleep(random.uniform(*KILL_AFTER))  # noqa: S311  # no secret
        served.kill()
        return storing.result()


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run to the end on a loop that takes as little of the machine as there is."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(coroutine)


@contextmanager
def opened(kind: Kind, folder: Path) -> Iterator[str]:
    """Give the address of a new database."""
    if kind is Kind.SQLITE:
        yield f"sqlite:///{folder / 'service.sqlite3'}"
        return
    with postgresql() as address:
        yield address


def summary(kept: Acknowledged) -> Round:
    """Return the figures of a round."""
    return Round(
        checkpoints=len(kept.latencies),
        per_second=kept.rate,
        p50=kept.percentile(0.5) * MILLISECONDS,
        p99=kept.percentile(0.99) * MILLISECONDS,
    )


def row(result: Measured) -> str:
    """Return a line of the table: medians, and the rates from the slowest to the fastest round."""
    rates = sorted(each.per_second for each in result.rounds)
    cells = (
        result.database.value,
        f"{result.workflows}",
        f"{result.state_bytes:,}",
        f"{statistics.median(rates):,.0f} ({rates[0]:,.0f}–{rates[-1]:,.0f})",  # noqa: RUF001  # from … to
        f"{statistics.median(each.p50 for each in result.rounds):.1f}",
        f"{statistics.median(each.p99 for each in result.rounds):.1f}",
        f"{result.kills}",
        f"{result.acknowledged:,}",
        f"{result.lost}",
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    typer.run(main)
