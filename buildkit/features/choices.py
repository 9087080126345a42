"""Names that are each on or off, and what each of them decides about the others."""

from __future__ import annotations

from buildkit.features.lattice import ones
from buildkit.records import dataclass


@dataclass(frozen=True, kw_only=True)
class Choices:
    """Names that are each on or off. `weights` gives the ways in which a name can be on.

    A name that is on rules out its `rivals` and brings those `above` it; one that is off takes those `below` it along. Of each group
    that is `needed` one is on.
    """

    weights: tuple[int, ...]
    rivals: tuple[int, ...]
    above: tuple[int, ...]
    below: tuple[int, ...]
    needed: tuple[int, ...]

    def neighbors(self, place: int) -> int:
        """Return the names that a name decides about."""
        return (self.rivals[place] | self.above[place] | self.below[place]) & ~(1 << place)


def parts_of(choices: Choices, names: int, groups: tuple[int, ...]) -> tuple[int, ...]:
    """Return some names in parts that have nothing to do with each other, and share none of some groups."""
    merged: list[int] = []
    wholes = (*(choices.neighbors(place) & names | 1 << place for place in ones(names)), *(group & names for group in groups))
    for whole in wholes:
        together = whole
        for other in merged:
            together |= other if other & whole else 0
        merged = [*(other for other in merged if not other & whole), together]
    return tuple(part for part in merged if part)
