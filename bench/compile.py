"""How long `buildkit compile` takes beside cargo, and how large what they make is; `--help` says how it is measured.

python -m bench.compile
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Annotated, Final

import msgspec
import typer
from platformdirs import user_cache_path

from bench.compile_site import Site, Sizes, Way
from bench.measure import Sample, measure
from buildkit.cli.interrupts import interruptible
from buildkit.errors import BuildkitError, ExitCode

TARGETS: Final = ("wasm32-wasip2", "native-musl")
COMPARED: Final = {Way.CLEAN: 5.0, Way.BUILT: 2.0}
"""How many times as long as buildkit each way of cargo's is to take."""

LARGEST: Final = 1.15
"""How many times as large as cargo's with LTO buildkit's artifact may be."""

SHOWN: Final = 12
"""How many of rustc's passes are shown."""


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What one target came to."""

    target: str
    samples: Mapping[Way, tuple[Sample, ...]]
    sizes: Sizes
    passes: Mapping[str, float]

    def seconds(self, way: Way) -> float:
        """Return the median of a way."""
        return median(sample.seconds for sample in self.samples[way])

    def ratio(self, way: Way) -> float:
        """Return the median, over the rounds, of how many times as long as buildkit a way took."""
        pairs = zip(self.samples[way], self.samples[Way.COMPILE], strict=True)
        return median(other.seconds / own.seconds for other, own in pairs)

    @property
    def misses(self) -> tuple[str, ...]:
        """Return what falls short of what is aimed at."""
        slow = (f"{way}: {self.ratio(way):.2f} of {wanted:g}" for way, wanted in COMPARED.items() if self.ratio(way) < wanted)
        large = self.sizes.compiled / self.sizes.cargo
        return (*slow, *((f"size: {large:.2f} of at most {LARGEST}",) if large > LARGEST else ()))


def main(
    *,
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="How often everything is measured.")] = 3,
    target: Annotated[list[str] | None, typer.Option("--target", "-t", help="Only this target; repeatable.")] = None,
    folder: Annotated[Path | None, typer.Option("--folder", help="Where everything is built (default: the cache folder).")] = None,
    json: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write everything that was measured.")] = None,
) -> None:
    """Compile a scenario of ten steps with buildkit and with cargo, in turns; fails where a ratio is missed."""
    place = (folder or user_cache_path("buildkit-bench") / "compile").resolve()
    try:
        with interruptible() as processes:
            sites = [Site(target=name, folder=place / name, processes=processes) for name in target or TARGETS]
            results = [measured(site, rounds) for site in sites]
    except BuildkitError as error:
        print(f"error: {error.message}" + (f"\nhint: {error.hint}" if error.hint else ""))
        raise typer.Exit(ExitCode.USAGE) from None
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=2))
    print("\n".join(table(results)))
    raise typer.Exit(ExitCode.FAILED if any(result.misses for result in results) else ExitCode.PASSED)


def measured(site: Site, rounds: int) -> Measured:
    """Measure one target: every way in every round, each round beginning with another of them."""
    site.folder.mkdir(parents=True, exist_ok=True)
    site.prepare()
    samples: dict[Way, list[Sample]] = {way: [] for way in Way}
    for number in range(rounds):
        for way in turned(tuple(Way), number):
            site.before(way)
            _, sample = measure(lambda way=way: site.run(way))  # type: ignore[misc]  # a lambda with a default
            samples[way].append(sample)
            print(f"{site.target}: round {number + 1}: {way}: {sample.seconds:.2f} s, CPU {sample.cpu_seconds:.2f} s", flush=True)
    return Measured(
        target=site.target,
        samples={way: tuple(taken) for way, taken in samples.items()},
        sizes=site.sizes(),
        passes=site.passes(),
    )


def turned(ways: Sequence[Way], number: int) -> Iterator[Way]:
    """Give the ways in the order of a round; nothing can be unchanged before it was compiled."""
    start = number % len(ways)
    order = [*ways[start:], *ways[:start]]
    order.remove(Way.UNCHANGED)
    order.insert(order.index(Way.COMPILE) + 1, Way.UNCHANGED)
    yield from order


def table(results: Sequence[Measured]) -> Iterator[str]:
    """Give the result as Markdown."""
    yield f"{os.cpu_count()} processors, medians of {len(results[0].samples[Way.COMPILE])} rounds, ratios too."
    for result in results:
        yield from ("", f"#### {result.target}", "", "| | s | CPU s | times `buildkit compile` |", "| --- | --- | --- | --- |")
        for way in Way:
            cpu = median(sample.cpu_seconds for sample in result.samples[way])
            yield f"| {way} | {result.seconds(way):.2f} | {cpu:.2f} | {result.ratio(way):.2f} |"
        sizes = result.sizes
        yield from (
            "",
            f"Bytes: buildkit {sizes.compiled:,}, cargo {sizes.cargo:,}, cargo without LTO {sizes.plain:,}; buildkit's are {sizes.compiled / sizes.cargo:.2f} of cargo's.",
        )
        longest = sorted(result.passes.items(), key=lambda one: -one[1])[:SHOWN]
        yield from ("", f"rustc: {', '.join(f'{name} {seconds:.2f} s' for name, seconds in longest)}.")
        yield from ("", f"Missed: {'; '.join(result.misses)}." if result.misses else "Nothing is missed.")


if __name__ == "__main__":
    typer.run(main)
