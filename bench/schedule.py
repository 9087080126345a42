"""A model of a machine with any number of cores: units in dependency order, each core taking the one on which most depends."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bench.units import Awaits, Unit

_EVENT_ORDER = {Awaits.METADATA: 0, Awaits.WHOLE: 1}


@dataclass(kw_only=True)
class Frontier:
    """Units of which some can begin; the one with the longest chain of units after it comes first."""

    units: Iterable[Unit]
    _missing: dict[str, set[tuple[str, Awaits]]] = field(init=False)
    _waiting: dict[tuple[str, Awaits], list[str]] = field(init=False)
    _ready: list[tuple[float, str]] = field(init=False)
    _rank: Mapping[str, float] = field(init=False)

    def __post_init__(self) -> None:
        """Find what can begin at once."""
        units = {unit.id: unit for unit in self.units}
        self._rank = chains(units)
        self._missing = {unit.id: {(other, how) for other, how in unit.awaits.items() if other in units} for unit in units.values()}
        self._waiting = {}
        for name, awaited in self._missing.items():
            for event in awaited:
                self._waiting.setdefault(event, []).append(name)
        self._ready = [(-self._rank[name], name) for name, awaited in self._missing.items() if not awaited]
        heapq.heapify(self._ready)

    def take(self) -> str | None:
        """Return the next unit that can begin, `None` where none can yet."""
        return heapq.heappop(self._ready)[1] if self._ready else None

    def reach(self, name: str, how: Awaits) -> None:
        """Note that a unit's metadata is there, or all of it, which is its metadata too."""
        for event in ((name, Awaits.METADATA), (name, how)):
            for waiting in self._waiting.pop(event, ()):
                self._missing[waiting].discard(event)
                if not self._missing[waiting]:
                    heapq.heappush(self._ready, (-self._rank[waiting], waiting))


def chains(units: Mapping[str, Unit]) -> Mapping[str, float]:
    """Return how long each unit and the longest chain of units after it take; raises `ValueError` where units wait for each other."""
    dependents: dict[str, list[str]] = {name: [] for name in units}
    open_ends = dict.fromkeys(units, 0)
    for unit in units.values():
        for other in unit.awaits.keys() & units.keys():
            dependents[other].append(unit.id)
            open_ends[other] += 1
    lengths: dict[str, float] = {}
    leaves = [name for name, count in open_ends.items() if count == 0]
    while leaves:
        name = leaves.pop()
        lengths[name] = units[name].seconds + max((lengths[other] for other in dependents[name]), default=0.0)
        for other in units[name].awaits.keys() & units.keys():
            open_ends[other] -= 1
            if open_ends[other] == 0:
                leaves.append(other)
    if len(lengths) < len(units):
        raise ValueError(f"{len(units) - len(lengths)} units wait for each other")
    return lengths


def makespan(units: Iterable[Unit], cores: int) -> float:
    """Return how long the units take on so many cores, in seconds of the model."""
    known = {unit.id: unit for unit in units}
    frontier = Frontier(units=known.values())
    events: list[tuple[float, int, str, Awaits]] = []
    now, free = 0.0, cores
    while True:
        while free and (name := frontier.take()) is not None:
            free -= 1
            _begin(events, known[name], now)
        if not events:
            return now
        now, _, name, how = heapq.heappop(events)
        free += how is Awaits.WHOLE
        frontier.reach(name, how)


def _begin(events: list[tuple[float, int, str, Awaits]], unit: Unit, now: float) -> None:
    for how, seconds in ((Awaits.METADATA, unit.metadata_seconds), (Awaits.WHOLE, unit.seconds)):
        heapq.heappush(events, (now + seconds, _EVENT_ORDER[how], unit.id, how))
