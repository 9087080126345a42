"""How many selections the clauses allow, and how many builds tell them apart: counted without a list.

Names that have nothing to do with each other are counted apart and multiplied. What belongs together is counted in an order that keeps
little undecided, or by cases that fall apart: for selections the first way is tried first, for closed sets the second.
"""

from __future__ import annotations

from collections.abc import Callable

from buildkit.errors import UsageError
from buildkit.features.alike import merge_alike
from buildkit.features.branching import Branching
from buildkit.features.choices import Choices, parts_of
from buildkit.features.conflicts import conflicts_of
from buildkit.features.frontier import Frontier
from buildkit.features.lattice import Lattice, ones, union

Way = Callable[[Choices, int], int | None]
"""Counts for names that belong together, `None` where they are too entangled for it."""


def count_selections(lattice: Lattice) -> int | None:
    """Return how many subsets of the names the clauses allow, `None` where too many clauses overlap."""
    conflicts = conflicts_of(lattice)
    if not conflicts.is_possible:
        return 0
    tied = union(*conflicts.rivals, *conflicts.needed) & conflicts.free
    names, weights, rivals = merge_alike(conflicts, tied, tied)
    single = tuple(1 << place for place in range(len(lattice.names)))
    choices = Choices(weights=weights, rivals=rivals, above=single, below=single, needed=tuple(group & names for group in conflicts.needed))
    count = _count_choices(choices, names, (_by_frontier, _by_branches))
    return None if count is None else count << (conflicts.free & ~tied).bit_count()


def count_closed_sets(lattice: Lattice) -> int:
    """Return how many closed sets the clauses allow; raises `UsageError` where too many clauses or features are entangled."""
    conflicts = conflicts_of(lattice)
    if not conflicts.is_possible:
        return 0
    names = conflicts.free & ~lattice.base
    above = tuple(mask & names for mask in lattice.above)
    below = tuple(sum(1 << other for other in ones(names) if above[other] >> place & 1) for place in range(len(above)))
    loose = sum(1 << place for place in ones(names) if above[place] == below[place] == 1 << place)
    names, weights, rivals = merge_alike(conflicts, names, loose)
    needed = tuple(group & names for group in conflicts.needed)
    choices = Choices(weights=weights, rivals=rivals, above=above, below=below, needed=needed)
    count = _count_choices(choices, names, (_by_branches, _by_frontier))
    if count is None:
        raise UsageError(
            f"the selections of {len(lattice.names)} features cannot be counted: too many of them depend on each other",
            hint="list fewer features under extra, or merge groups of clauses that overlap",
        )
    return count


def _count_choices(choices: Choices, names: int, ways: tuple[Way, ...]) -> int | None:
    """Return how many ways there are to decide some names, `None` where they are too entangled."""
    if not all(group & names for group in choices.needed):
        return 0
    total = 1
    for part in parts_of(choices, names, choices.needed):
        counts = (count(choices, part) for count in ways)
        found = next((count for count in counts if count is not None), None)
        if found is None:
            return None
        total *= found
    return total


def _by_frontier(choices: Choices, part: int) -> int | None:
    return Frontier(choices, part).count()


def _by_branches(choices: Choices, part: int) -> int | None:
    return Branching(choices).count(part)
