"""Compare `cargo hack clippy` with `buildkit check --command clippy`: the same cells, interleaved; only times and verdicts.

python -m bench.lints [WORKLOAD] [ROUNDS]
"""

from __future__ import annotations

import sys
from dataclasses import replace
from statistics import median
from typing import Final

from platformdirs import user_cache_path

from bench.__main__ import KNOWN, alone_in, say
from bench.arena import Arena, open_arena
from bench.contenders import Buildkit, CargoHack
from bench.measure import Sample, measure
from bench.phases import phases_of, prepare
from bench.results import Phase
from bench.rounds import rotated
from bench.tools import install_tools
from bench.verdicts import disagreements
from bench.workloads import EACH_FEATURE
from buildkit.cli.interrupts import interruptible

CLIPPY: Final = "clippy"
CONTENDERS: Final = (CargoHack(verb=CLIPPY), Buildkit(verb=CLIPPY))

Samples = dict[tuple[str, Phase], list[Sample]]


def compare(arena: Arena, rounds: int) -> Samples:
    """Measure both tools in all phases, round by round; ends the program where their verdicts differ."""
    samples: Samples = {}
    for number in range(rounds):
        for phase in phases_of(arena):
            said = {}
            for contender in rotated(CONTENDERS, number):
                site = arena.site(contender, "lints")
                prepare(arena, site, phase)
                command = contender.command(site, arena.task, arena.tools)
                done, sample = measure(lambda command=command: arena.processes.run(command))  # type: ignore[misc]  # a lambda's default
                said[contender.name] = contender.verdicts(done, arena.task)
                samples.setdefault((contender.name, phase), []).append(sample)
                say(f"round {number + 1}, {phase}: {contender.name}: {sample.seconds:.2f} s, CPU {sample.cpu_seconds:.2f} s")
            wrong = tuple(disagreements(arena.task.cells, said))
            if wrong:
                sys.exit("\n".join(wrong))
    return samples


def table_of(samples: Samples) -> str:
    """Return the medians as a table."""
    lines = ["| | " + " | ".join(f"{phase}, s (CPU s)" for phase in Phase) + " |", "| --- " * (1 + len(Phase)) + "|"]
    for contender in CONTENDERS:
        taken = [samples.get((contender.name, phase), []) for phase in Phase]
        lines.append(f"| {contender.name} | " + " | ".join(_median(found) for found in taken) + " |")
    return "\n".join(lines)


def _median(samples: list[Sample]) -> str:
    if not samples:
        return "-"
    return f"{median(one.seconds for one in samples):.2f} ({median(one.cpu_seconds for one in samples):.2f})"


def main(name: str = EACH_FEATURE.name, rounds: str = "3") -> None:
    """Run the comparison, in a folder of its own beside that of the others."""
    place = (user_cache_path("buildkit-bench") / "lints").resolve()
    with interruptible() as processes, alone_in(place):
        tools = install_tools(place.parent / "tools", processes)
        arena = open_arena(place, replace(KNOWN[name], contenders=None), tools, processes)
        say(f"{len(arena.task.cells)} cells on {arena.task.triple}")
        print(table_of(compare(arena, int(rounds))))


if __name__ == "__main__":
    main(*sys.argv[1:])
