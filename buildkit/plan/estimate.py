"""How long a plan will take, foretold from cells that were measured and from what is left to compile."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Final

from buildkit.model import Cell
from buildkit.plan.remembered import Seconds, expected_seconds
from buildkit.records import dataclass

UNIT_SECONDS: Final = 0.6
"""What one crate takes on one processor where nothing was measured: the mean of a cold matrix of 168 rustc calls."""

LONG_SECONDS: Final = 60.0
"""From how long on a run tells its estimate first."""

NOTHING_LEFT: Final = "nothing to compile"

MOST_MINUTES: Final = 120
"""From how many minutes on a time is told in hours."""

Unit = tuple[Hashable, ...]
"""A crate as it is compiled: package, side, features, and what it is compiled for."""


@dataclass(frozen=True, kw_only=True)
class Build:
    """A cell with what stands for its closure, the crates that it compiles, whether its verdict is known already, and whether anything is compiled."""

    cell: Cell
    closure: Hashable
    units: frozenset[Unit] = frozenset()
    is_cached: bool = False
    compiles: bool = True


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What is asked for and what it will take. `seconds` is wall-clock time.

    Of the closures that are left, `measured` were compiled before, `alike` have a package and target of which others were; for the rest
    `units` crates were counted.
    """

    cells: int
    distinct: int
    cached: int
    seconds: float
    measured: int
    alike: int
    units: int

    @property
    def is_long(self) -> bool:
        """Say whether a run tells it first."""
        return self.seconds > LONG_SECONDS

    @property
    def basis(self) -> str:
        """Say what the time is made from."""
        parts = (
            f"{_counted(self.measured, 'remembered cell')}" if self.measured else "",
            f"{_counted(self.alike, 'cell')} like remembered ones" if self.alike else "",
            f"{_counted(self.units, 'crate')} at {UNIT_SECONDS} s each" if self.units else "",
        )
        return " and ".join(part for part in parts if part) or NOTHING_LEFT


def may_be_long(cells: Iterable[Cell], known: Seconds) -> bool:
    """Say whether an estimate is worth its making: it is not where all cells were measured, and together take no long time."""
    given = tuple(cells)
    expected = expected_seconds(given, known)
    return len(expected) < len(given) or sum(cell.seconds for cell in expected.values()) > LONG_SECONDS


def estimate(builds: Iterable[Build], known: Seconds, *, jobs: int) -> Estimate:
    """Return the estimate for cells, of which those of one closure are compiled once."""
    given = tuple(builds)
    expected = expected_seconds((build.cell for build in given), known)
    cached = {build.closure for build in given if build.is_cached}
    left: dict[Hashable, list[Build]] = {}
    for build in given:
        if build.compiles and build.closure not in cached:
            left.setdefault(build.closure, []).append(build)
    seconds, measured, alike = 0.0, 0, 0
    compiled: set[Unit] = {unit for build in given if build.cell.id in known or build.is_cached for unit in build.units}
    fresh: set[Unit] = set()
    for same in left.values():
        foretold = [expected[build.cell] for build in same if build.cell in expected]
        best = max(foretold, key=lambda one: one.is_own, default=None)
        if best is None:
            fresh |= same[0].units - compiled
            continue
        seconds += best.seconds
        measured += best.is_own
        alike += not best.is_own
    return Estimate(
        cells=len(given),
        distinct=len({build.closure for build in given}),
        cached=sum(build.closure in cached for build in given),
        seconds=seconds + len(fresh) * UNIT_SECONDS / max(1, jobs),
        measured=measured,
        alike=alike,
        units=len(fresh),
    )


def describe_estimate(found: Estimate) -> Mapping[str, object]:
    """Return an estimate as JSON shows it."""
    return {
        "cells": found.cells,
        "distinct": found.distinct,
        "cached": found.cached,
        "estimated_seconds": round(found.seconds, 1),
        "estimated_from": found.basis,
    }


def estimate_sentence(found: Estimate) -> str:
    """Say in one line what is asked for and what it will take."""
    head = f"{_counted(found.cells, 'cell')}, {found.distinct:,} distinct, {found.cached:,} cached"
    if not found.measured + found.alike + found.units:
        return f"{head}; {NOTHING_LEFT}"
    return f"{head}; {_rounded(found.seconds)}, estimated from {found.basis}"


def _rounded(seconds: float) -> str:
    if seconds < LONG_SECONDS:
        return "under a minute"
    minutes = round(seconds / 60)
    return f"about {_counted(minutes, 'minute')}" if minutes < MOST_MINUTES else f"about {seconds / 3600:.1f} hours"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
