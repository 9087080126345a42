"""Which units of work may share one call: those that agree on everything they have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from buildkit.features.signatures import UnitKey
from buildkit.records import dataclass

Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True)
class Candidate(Generic[Item]):
    """Something to be put into a batch, and the signature of each unit that it has compiled."""

    item: Item
    units: Mapping[UnitKey, int]


def collision_free(candidates: Iterable[Candidate[Item]]) -> tuple[tuple[Item, ...], ...]:
    """Put candidates into as few batches as first fit finds, the largest first: no unit has two signatures in one batch."""
    batches: list[tuple[list[Item], dict[UnitKey, int]]] = []
    for candidate in sorted(candidates, key=lambda candidate: -len(candidate.units)):
        fitting = (batch for batch in batches if _agree(batch[1], candidate.units))
        items, units = next(fitting, ([], {}))
        if not items:
            batches.append((items, units))
        items.append(candidate.item)
        units.update(candidate.units)
    return tuple(tuple(items) for items, _ in batches)


def _agree(batch: Mapping[UnitKey, int], units: Mapping[UnitKey, int]) -> bool:
    return all(batch.get(unit, signature) == signature for unit, signature in units.items())
