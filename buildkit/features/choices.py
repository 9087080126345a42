"""Names that are each on or off, and what each of them decides about the others."""

from __future__ import annotations

from functools import cached_property

from buildkit.features.lattice import ones, union
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

    @cached_property
    def neighbors(self) -> tuple[int, ...]:
        """Return for each name those that it decides about."""
        both = zip(self.rivals, self.above, self.below, strict=True)
        return tuple((rivals | above | below) & ~(1 << place) for place, (rivals, above, below) in enumerate(both))


def parts_of(choices: Choices, names: int, groups: tuple[int, ...]) -> tuple[int, ...]:
    """Return some names in parts that have nothing to do with each other, and share none of some groups."""
    parts = []
    while names:
        part = front = names & -names
        while front:
            reach = union(*(choices.neighbors[place] for place in ones(front)), *(group for group in groups if group & front))
            front = reach & names & ~part
            part |= front
        names &= ~part
        parts.append(part)
    return tuple(parts)
