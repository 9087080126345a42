"""Which units of work may share one call: those that agree on everything they have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, TypeVar

from buildkit.features.signatures import UnitKey
from buildkit.records import dataclass

Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True)
class Candidate(Generic[Item]):
    """Something to be put into a batch, and the signature of each unit that it has compiled; no two keys have a signature in common."""

    item: Item
    units: Mapping[UnitKey, int]


@dataclass(frozen=True, kw_only=True)
class Member(Generic[Item]):
    """A candidate in a batch. `units` are its signatures as bits, and `rivals` all others that some candidate has for one of its keys."""

    item: Item
    units: int
    rivals: int

    def fits(self, units: int) -> bool:
        """Say whether it agrees with some units on everything that it has in common with them."""
        return not self.rivals & units


Batch = tuple[Member[Item], ...]


def collision_free(candidates: Iterable[Candidate[Item]]) -> tuple[Batch[Item], ...]:
    """Put candidates into as few batches as first fit finds, the largest first: no unit has two signatures in one batch."""
    batches: list[list[Member[Item]]] = []
    compiled: list[int] = []
    for member in sorted(_members(tuple(candidates)), key=lambda member: -member.units.bit_count()):
        place = next((place for place, units in enumerate(compiled) if member.fits(units)), len(batches))
        if place == len(batches):
            batches.append([])
            compiled.append(0)
        batches[place].append(member)
        compiled[place] |= member.units
    return tuple(map(tuple, batches))


def _members(candidates: tuple[Candidate[Item], ...]) -> Iterator[Member[Item]]:
    everything: dict[UnitKey, int] = {}
    for candidate in candidates:
        for key, signature in candidate.units.items():
            everything[key] = everything.get(key, 0) | 1 << signature
    for candidate in candidates:
        units = rivals = 0
        for key, signature in candidate.units.items():
            units |= 1 << signature
            rivals |= everything[key]
        yield Member(item=candidate.item, units=units, rivals=rivals & ~units)
