"""How many selections the clauses allow, and how many builds tell them apart: counted without a list.

Selections are counted name by name. Of closed sets, clauses are first taken away by inclusion and exclusion over features that are off:
what is left is the number of all closed sets of some names. Names that have nothing to do with each other are counted apart and multiplied.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from buildkit.errors import UsageError
from buildkit.features.alike import merge_alike
from buildkit.features.branching import Branching
from buildkit.features.choices import Choices, parts_of
from buildkit.features.conflicts import conflicts_of
from buildkit.features.frontier import Frontier
from buildkit.features.lattice import Lattice, ones, union

MOST_TERMS = 50_000
"""How many terms a count may take before the clauses are called too entangled."""

MOST_CLAUSES = 100
"""How many clauses may depend on each other."""


def count_selections(lattice: Lattice) -> int | None:
    """Return how many subsets of the names the clauses allow, `None` where too many clauses overlap."""
    conflicts = conflicts_of(lattice)
    if not conflicts.is_possible:
        return 0
    tied = union(*conflicts.rivals, *conflicts.needed) & conflicts.free
    names, weights, rivals = merge_alike(conflicts, tied)
    single = tuple(1 << place for place in range(len(lattice.names)))
    choices = Choices(weights=weights, rivals=rivals, above=single, below=single, needed=tuple(group & names for group in conflicts.needed))
    count = _count_choices(choices, names)
    return None if count is None else count << (conflicts.free & ~tied).bit_count()


def count_closed_sets(lattice: Lattice) -> int:
    """Return how many closed sets the clauses allow; raises `UsageError` where too many clauses or features are entangled."""
    ideals = _Ideals(lattice)
    try:
        return _Count(lattice, ideals.count, lambda place: ideals.neighbors[place] | 1 << place).all()
    except UsageError:
        count = _count_ideals(lattice)
        if count is None:
            raise
        return count


def _count_ideals(lattice: Lattice) -> int | None:
    conflicts = conflicts_of(lattice)
    names = conflicts.free & ~lattice.base
    above = tuple(mask & names for mask in lattice.above)
    below = tuple(sum(1 << other for other, mask in enumerate(above) if mask >> place & 1) for place in range(len(above)))
    choices = Choices(weights=(1,) * len(above), rivals=conflicts.rivals, above=above, below=below, needed=conflicts.needed)
    return _count_choices(choices, names) if conflicts.is_possible else 0


def _count_choices(choices: Choices, names: int) -> int | None:
    """Return how many ways there are to decide some names, `None` where they are too entangled."""
    if not all(group & names for group in choices.needed):
        return 0
    total = 1
    for part in parts_of(choices, names, choices.needed):
        count = Frontier(choices, part).count()
        if count is None:
            count = Branching(choices).count(part)
        if count is None:
            return None
        total *= count
    return total


class _Count:
    """`weigh` counts the free sets over some names, and `tied` gives the names with which a name must be counted."""

    def __init__(self, lattice: Lattice, weigh: Callable[[int], int], tied: Callable[[int], int]) -> None:
        self._lattice = lattice
        self._weigh = weigh
        self._tied = tied

    def all(self) -> int:
        lattice = self._lattice
        needed = [group for group in lattice.needed if not group & lattice.base]
        if any((lattice.base & group).bit_count() > 1 for group in lattice.exclusive) or not all(map(self._influence, needed)):
            return 0
        total = 1
        for names in self._components():
            exclusive = tuple(group for group in lattice.exclusive if self._influence(group) & names)
            total *= _Inclusion(lattice, self._weigh, exclusive, tuple(group for group in needed if self._influence(group) & names)).count(
                names
            )
        return total

    def _components(self) -> list[int]:
        """Return the names in groups that share no clause and are not tied."""
        lattice = self._lattice
        merged: list[int] = []
        for whole in (*map(self._tied, range(len(lattice.names))), *map(self._influence, (*lattice.exclusive, *lattice.needed))):
            together = whole
            for other in merged:
                together |= other if other & whole else 0
            merged = [*(other for other in merged if not other & whole), together]
        return merged

    def _influence(self, group: int) -> int:
        """Return the names that enable some feature of a group."""
        return sum(1 << place for place, above in enumerate(self._lattice.above) if above & group & ~self._lattice.base)


class _Ideals:
    """Counts closed sets over some names: those with a name and those without it, of which each part is smaller."""

    def __init__(self, lattice: Lattice) -> None:
        self._lattice = lattice
        self._known: dict[int, int] = {}

    @cached_property
    def neighbors(self) -> tuple[int, ...]:
        """Return for each name those that it enables and those that enable it."""
        above, base = self._lattice.above, self._lattice.base
        return tuple(
            sum(1 << other for other, beyond in enumerate(above) if (mine >> other | beyond >> place) & 1 and not base >> other & 1)
            for place, mine in enumerate(above)
        )

    def count(self, names: int) -> int:
        names &= ~self._lattice.base
        total = 1
        while names:
            component = self._connected(names)
            names &= ~component
            total *= self._of_component(component)
        return total

    def _of_component(self, component: int) -> int:
        known = self._known.get(component)
        if known is None:
            if len(self._known) > MOST_TERMS:
                raise _too_entangled(self._lattice)
            above = self._lattice.above
            place = max(ones(component), key=lambda name: (self.neighbors[name] & component).bit_count())
            below = sum(1 << other for other in ones(component) if above[other] >> place & 1)
            known = self._known[component] = self.count(component & ~above[place]) + self.count(component & ~below)
        return known

    def _connected(self, names: int) -> int:
        component, front = 0, names & -names
        while front:
            component |= front
            beyond = 0
            for place in ones(front):
                beyond |= self.neighbors[place]
            front = beyond & names & ~component
        return component


class _Inclusion:
    """Counts the sets that some clauses allow, by inclusion and exclusion over features that are off."""

    def __init__(self, lattice: Lattice, weigh: Callable[[int], int], exclusive: tuple[int, ...], needed: tuple[int, ...]) -> None:
        self._lattice = lattice
        self._weigh = weigh
        self._exclusive = exclusive
        self._needed = needed
        self._known: dict[tuple[int, int], int] = {}

    def count(self, names: int) -> int:
        if len(self._exclusive) + len(self._needed) > MOST_CLAUSES:
            raise _too_entangled(self._lattice)
        return self._count(0, names)

    def _count(self, clause: int, names: int) -> int:
        key = (clause, names)
        if key not in self._known:
            if len(self._known) > MOST_TERMS:
                raise _too_entangled(self._lattice)
            self._known[key] = self._split(clause, names)
        return self._known[key]

    def _split(self, clause: int, names: int) -> int:
        if clause == len(self._exclusive) + len(self._needed):
            return self._weigh(names)
        if clause >= len(self._exclusive):
            group = self._needed[clause - len(self._exclusive)]
            return self._count(clause + 1, names) - self._count(clause + 1, self._without(names, group))
        group = self._exclusive[clause]
        on = group & self._lattice.base
        if on:
            return self._count(clause + 1, self._without(names, group & ~on))
        total = sum(self._count(clause + 1, self._without(names, group & ~(1 << place))) for place in ones(group))
        return total - (group.bit_count() - 1) * self._count(clause + 1, self._without(names, group))

    def _without(self, names: int, off: int) -> int:
        """Return the names that enable none of the features that are off."""
        return sum(1 << place for place in ones(names) if not self._lattice.above[place] & off)


def _too_entangled(lattice: Lattice) -> UsageError:
    return UsageError(
        f"the selections of {len(lattice.names)} features cannot be counted: too many of them depend on each other",
        hint="list fewer features under extra, or merge groups of clauses that overlap",
    )
