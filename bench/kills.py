"""Kill workflows and their service with -9, again and again, and show that checkpoints keep what they promise; `--help` says how it is asked.

python -m bench.kills --kills 200 --seed 1
python -m bench.kills --kills 200 --seed 1 --transport host
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

import typer

from bench.danger import Danger, Victim
from bench.survivors import Survived, survive_anywhere
from buildkit.errors import ExitCode
from buildkit.workflow.code.model import Transport

TARGETS: Final[Mapping[Transport, tuple[str, ...]]] = {
    Transport.HTTP: ("native-musl", "wasm32-wasip2"),
    Transport.HOST: ("wasm32-wasip2",),
}
COLUMNS: Final = (
    "target",
    "kills",
    *(f"of {victim}" for victim in Victim),
    "instances",
    "runs",
    "ended by themselves",
    "effects",
    "repeated",
    "acknowledged",
    "lost",
    "promises broken",
)


def main(
    *,
    kills: Annotated[
        int, typer.Option("--kills", min=4, help="How often is killed, on each target; one in four kills is of the service.")
    ] = 200,
    seed: Annotated[str, typer.Option("--seed", help="Where the dice begin.")] = "kills",
    target: Annotated[
        list[str] | None, typer.Option("-t", "--target", help=f"Repeatable (default: {', '.join(TARGETS[Transport.HTTP])}).")
    ] = None,
    transport: Annotated[
        Transport, typer.Option("--transport", help="Programs of host functions have files for effects, and WASI alone.")
    ] = Transport.HTTP,
) -> None:
    """Run instances of a scenario whose effects are counted, and kill them and the service at random moments; fails where a promise is broken.

    Every instance is started again by the same command until it has completed. A step whose checkpoint was acknowledged never runs again, the
    states that were acknowledged are all there, and no result is ever half written.
    """
    print(f"| {' | '.join(COLUMNS)} |\n|{' --- |' * len(COLUMNS)}", flush=True)
    broken: list[str] = []
    for name in target or TARGETS[transport]:
        survived = survive_anywhere(Danger(target=name, kills=kills, seed=seed, transport=transport.value))
        print(row(survived), flush=True)
        broken += survived.broken
    for line in broken:
        print(line)
    if broken:
        raise typer.Exit(ExitCode.FAILED)


def row(survived: Survived) -> str:
    """Return a line of the table."""
    toll = survived.toll
    cells = (
        survived.danger.name,
        f"{survived.killed}",
        *(f"{toll.kills[victim]}" for victim in Victim),
        f"{len(toll.instances)}",
        f"{toll.runs}",
        f"{toll.ended_without}",
        f"{survived.effects:,}",
        f"{survived.repeated:,}",
        f"{survived.acknowledged:,}",
        f"{survived.lost}",
        f"{len(survived.broken)}",
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    typer.run(main)
