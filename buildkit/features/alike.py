"""Names of which the clauses say the same, merged into one that can be on in several ways."""

from __future__ import annotations

from typing import NamedTuple

from buildkit.features.conflicts import Conflicts
from buildkit.features.lattice import ones


class Merged(NamedTuple):
    """One name for each lot of them, the ways in which a name can be on, and its rivals."""

    names: int
    weights: tuple[int, ...]
    rivals: tuple[int, ...]


def merge_alike(conflicts: Conflicts, names: int, loose: int) -> Merged:
    """Merge names that are in the same groups and have the same rivals, whether they exclude each other or not.

    Only `loose` names may be merged: those that neither enable others nor are enabled by them.
    """
    groups = [
        sum(1 << number for number, group in enumerate(conflicts.needed) if group >> place & 1) for place in range(len(conflicts.rivals))
    ]
    weights = [1] * len(conflicts.rivals)
    left = 0
    while left != names:
        left = names
        for is_one_of in (True, False):
            lots: dict[tuple[int, int], int] = {}
            for place in ones(names & loose):
                own = 1 << place if is_one_of else 0
                first = lots.setdefault((conflicts.rivals[place] & names | own, groups[place]), place)
                if first != place:
                    names &= ~(1 << place)
                    weights[first] = weights[first] + weights[place] if is_one_of else (weights[first] + 1) * (weights[place] + 1) - 1
    return Merged(names=names, weights=tuple(weights), rivals=tuple(mask & names for mask in conflicts.rivals))
