"""How long calls take that are made one after another, by a model.

A call compiles what no earlier one has. It takes as long as its work on all cores, or as the longest chain of units that wait for each other,
whichever is more, and what cargo itself needs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from buildkit.features.lattice import ones
from buildkit.records import dataclass

CALL_SECONDS: Final = 0.15
"""What cargo needs for a call beside rustc."""


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What units cost, by number: their seconds, and the units that they wait for, of which the numbers are lower."""

    seconds: Sequence[float]
    below: Sequence[Collection[int]]
    cores: int


class Makespan:
    """The model for some units; sets of them are integers, one bit per unit. `visits` counts the units and calls that were looked at."""

    def __init__(self, costs: Costs) -> None:
        """Start with nothing known."""
        self.visits = 0
        self._costs = costs
        self._known: dict[int, float] = {0: CALL_SECONDS}

    def call(self, units: int) -> float:
        """Return the seconds of a call that compiles some units."""
        self.visits += 1
        known = self._known.get(units)
        if known is None:
            known = self._known[units] = self._call(units)
        return known

    def calls(self, needed: Iterable[int], done: int = 0) -> list[float]:
        """Return the seconds of each of some calls one after another, given by all that they need; `done` is compiled before the first."""
        found = []
        for units in needed:
            found.append(self.call(units & ~done))
            done |= units
        return found

    def _call(self, units: int) -> float:
        self.visits += units.bit_count()
        seconds, below = self._costs.seconds, self._costs.below
        work = longest = 0.0
        ends: dict[int, float] = {}
        for number in ones(units):
            begin = max((ends[other] for other in below[number] if other in ends), default=0.0)
            ends[number] = end = begin + seconds[number]
            work += seconds[number]
            longest = max(longest, end)
        return max(work / self._costs.cores, longest) + CALL_SECONDS
