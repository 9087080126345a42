"""What clauses say of the names that may be selected: which never go together, and of which there must be one.

Names are bits, as in their lattice. Clauses are about what is enabled; here they are about what is selected, so that no closure is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from buildkit.features.lattice import Lattice, ones
from buildkit.records import dataclass


@dataclass(frozen=True, kw_only=True)
class Conflicts:
    """The names that are `free`, their `rivals`, which no allowed selection has beside them, and groups of which one is `needed`.

    A name that breaks a clause by itself is not free. `is_possible` says that the base breaks no exclusive group.
    """

    is_possible: bool
    free: int
    rivals: tuple[int, ...]
    needed: tuple[int, ...]


def conflicts_of(lattice: Lattice) -> Conflicts:
    """Return what the clauses of a lattice say of its names, where no two names enable together what neither does alone."""
    groups = dict.fromkeys(group for group in lattice.exclusive if group.bit_count() > 1)
    free = (1 << len(lattice.names)) - 1
    rivals = [0] * len(lattice.names)
    for group in groups:
        parts, alone = _parts(lattice, group)
        free &= ~alone
        for one, other in combinations(parts, 2):
            for place in ones(one):
                rivals[place] |= other
            for place in ones(other):
                rivals[place] |= one
    return Conflicts(
        is_possible=not any((lattice.base & group).bit_count() > 1 for group in groups),
        free=free,
        rivals=tuple(mask & free if free >> place & 1 else 0 for place, mask in enumerate(rivals)),
        needed=tuple(dict.fromkeys(_enabling(lattice, group) & free for group in lattice.needed if not group & lattice.base)),
    )


def _parts(lattice: Lattice, group: int) -> tuple[tuple[int, ...], int]:
    """Return the names by the one member of an exclusive group that they enable, and those that enable more of it."""
    parts: dict[int, int] = {}
    alone = 0
    for place, hit in _hits(lattice, group):
        if hit.bit_count() > 1:
            alone |= 1 << place
        elif hit & ~lattice.base:
            parts[hit] = parts.get(hit, 0) | 1 << place
    return tuple(parts.values()), alone


def _hits(lattice: Lattice, group: int) -> Iterator[tuple[int, int]]:
    return ((place, above & group) for place, above in enumerate(lattice.above) if above & group)


def _enabling(lattice: Lattice, group: int) -> int:
    return sum(1 << place for place, _ in _hits(lattice, group))
