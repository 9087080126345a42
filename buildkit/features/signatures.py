"""What tells units of one key apart: their dependencies.

When cargo unifies features package by package, several resolutions meet in one call. A unit is then known by its package, place and
features alone, and the first one that cargo meets lends its dependencies to all of that key. Calls may share units only where the
signatures of their common keys are equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from buildkit.features.horn import Reasons
from buildkit.features.model import Edge, Model
from buildkit.features.resolution import Resolution

SCRIPT_PLACE = -1
"""The place of a compiled build script: it runs on the host with the features of the side that its package is on."""


class UnitKey(NamedTuple):
    """A unit as cargo tells it from others in one call for one target."""

    package: int
    place: int
    features: frozenset[str]


class Signatures:
    """Numbers the units of resolutions of one model: equal numbers have equal keys and equal units below them."""

    def __init__(self) -> None:
        """Start with no unit."""
        self._numbers: dict[tuple[UnitKey, frozenset[int]], int] = {}

    @property
    def keys(self) -> tuple[UnitKey, ...]:
        """Return the key of each unit so far, by number."""
        return tuple(key for key, _ in self._numbers)

    @property
    def below(self) -> tuple[frozenset[int], ...]:
        """Return the numbers of the units that each unit waits for, by number; they are lower than its own."""
        return tuple(below for _, below in self._numbers)

    def of(self, resolution: Resolution) -> Mapping[UnitKey, int]:
        """Return the number of each unit that a resolution compiles, build scripts included."""
        return self.of_facts(resolution.model, resolution.reasons)

    def of_facts(self, model: Model, facts: Reasons) -> Mapping[UnitKey, int]:
        """Return the number of each unit that a call compiles, of which all facts are given."""
        return _Walk(model, facts, self._numbers).signed()


class _Walk:
    def __init__(self, model: Model, facts: Reasons, numbers: dict[tuple[UnitKey, frozenset[int]], int]) -> None:
        self._model = model
        self._units = model.units(facts)
        self._numbers = numbers
        self._edges: dict[tuple[int, int], list[Edge]] = {}
        for edge in model.dependencies(facts, self._units):
            self._edges.setdefault((edge.user, edge.place), []).append(edge)
        self._signed: dict[UnitKey, int] = {}

    def signed(self) -> Mapping[UnitKey, int]:
        for package, place in self._units:
            self._sign(package, place)
        return self._signed

    def _sign(self, package: int, place: int) -> int:
        key = UnitKey(package, place, self._units[package, place])
        known = self._signed.get(key)
        if known is not None:
            return known
        edges = self._edges.get((package, place), ())
        below = [self._sign(edge.used, edge.reached) for edge in edges if not edge.for_script]
        if self._model.links.packages[package].has_build_script:
            script = frozenset(self._sign(edge.used, edge.reached) for edge in edges if edge.for_script)
            below.append(self._number(UnitKey(package, SCRIPT_PLACE, key.features), script))
        return self._number(key, frozenset(below))

    def _number(self, key: UnitKey, below: frozenset[int]) -> int:
        number = self._signed[key] = self._numbers.setdefault((key, below), len(self._numbers))
        return number
