"""Which selections of a package are compiled, and how many were asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field, replace
from functools import cached_property
from itertools import combinations, islice
from math import comb

from buildkit.config.schema import Depth
from buildkit.errors import UsageError
from buildkit.features.counting import count_closed_sets
from buildkit.features.enabled import Clauses, FeatureTable, enabled_features
from buildkit.features.lattice import Lattice
from buildkit.plan.covering import covering_sets
from buildkit.records import dataclass

Selection = frozenset[str]

MOST_BUILDS = 100_000
"""How many builds of one package on one target may be planned."""


@dataclass(frozen=True, kw_only=True)
class SelectionSpace:
    """Everything that may be selected of one package on one target: `base` always, and any allowed subset of `extra` and `groups`.

    A group is a unit: its features come together. `doubtful` are the keys of dependencies that are not there on every target.
    """

    package: str
    table: FeatureTable
    base: Selection
    extra: tuple[str, ...] = ()
    groups: tuple[Selection, ...] = ()
    clauses: Clauses = field(default_factory=Clauses)
    doubtful: Selection = frozenset()

    def enabled(self, selection: Iterable[str]) -> Selection:
        """Return what a selection enables on every target: equal for two selections only where they are the same build."""
        return enabled_features(self.table, selection, self.doubtful)

    def allows(self, selection: Selection) -> bool:
        """Say whether the clauses allow a selection, judged on all the features that it enables."""
        return self.clauses.allow(enabled_features(self.table, selection))

    @cached_property
    def units(self) -> tuple[Selection, ...]:
        """Return what is switched on and off as one: each extra feature, then each group."""
        return (*(frozenset({feature}) for feature in self.extra), *self.groups)

    @cached_property
    def lattice(self) -> Lattice:
        """Return the selections up to what they enable; a unit goes by the names of its features."""
        closures = {_label(unit): self.enabled(unit) for unit in self.units}
        enables = {name: closure.union(_label(group) for group in self.groups if group <= closure) for name, closure in closures.items()}
        return Lattice(enables, enables, self.enabled(self.base), self.clauses)

    def subsets(self, wanted: Wanted) -> Iterator[Selection]:
        """Give every selection that is asked for, the smallest first; of a sample none."""
        most = _most(self, wanted.depth)
        if most is None:
            return
        for size in range(0 if wanted.base else 1, most + 1):
            yield from (self.base.union(*subset) for subset in combinations(self.units, size))
        if wanted.whole is not None:
            yield wanted.whole

    def selection_of(self, closed: int) -> Selection:
        """Return a smallest selection that enables a closed set of the lattice."""
        return self.base.union(*(_features(label) for label in self.lattice.smallest_selection(closed)))


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is asked of a space: how deep, whether the base alone is asked for, and one selection beside them that has everything.

    A number is the most units that are on at once. `excluded` are selections that could have been asked for, each with the reason.
    """

    depth: Depth | int
    base: bool = True
    whole: Selection | None = None
    excluded: tuple[tuple[Selection, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The selections that are compiled for a space. Of those that were `requested`, none of two that are the same build is missing."""

    space: SelectionSpace
    wanted: Wanted
    selections: tuple[Selection, ...]
    requested: int

    @cached_property
    def builds(self) -> int | None:
        """Return how many builds the allowed combinations are, `None` where that cannot be counted."""
        try:
            return count_closed_sets(self.space.lattice)
        except UsageError:
            return None

    @property
    def is_sample(self) -> bool:
        """Say whether there are builds that are neither compiled nor forbidden, though every combination was asked for."""
        return self.wanted.depth is Depth.PAIRS and (self.builds is None or self.builds > len(self.selections))


def choose(space: SelectionSpace, wanted: Wanted) -> Choice:
    """Choose what is compiled, the smallest first.

    Of selections that enable the same features one is taken; those that the clauses forbid are left out. The base stays where nothing else
    does: its cell then tells why. Raises `UsageError` where they are too many.
    """
    wanted = _without_repetition(space, wanted)
    asked = dict.fromkeys(space.selection_of(closed) for closed in _closed_sets(space, wanted.depth))
    if wanted.base:
        asked.setdefault(space.base)
    else:
        asked.pop(space.base, None)
    if wanted.whole is not None:
        asked.setdefault(wanted.whole)
    distinct: dict[Selection, Selection] = {}
    for selection in sorted(asked, key=lambda selection: (len(selection), sorted(selection))):
        if space.allows(selection):
            distinct.setdefault(space.enabled(selection), selection)
    kept = tuple(distinct.values()) or ((space.base,) if wanted.base else ())
    return Choice(space=space, wanted=wanted, selections=kept, requested=_requested(space, wanted, len(asked)))


def _without_repetition(space: SelectionSpace, wanted: Wanted) -> Wanted:
    """Ask for everything at once only where that is no combination of the units."""
    most = _most(space, wanted.depth)
    is_reached = most is not None and most >= len(space.units) and wanted.whole == space.base.union(*space.units)
    return replace(wanted, whole=None) if is_reached else wanted


def _most(space: SelectionSpace, depth: Depth | int) -> int | None:
    """Return how many units are on at most, `None` for a sample."""
    words = {Depth.NONE: 0, Depth.EACH: 1, Depth.PAIRS: None, Depth.ALL: len(space.units)}
    return words[depth] if isinstance(depth, Depth) else min(depth, len(space.units))


def _requested(space: SelectionSpace, wanted: Wanted, rows: int) -> int:
    """Return how many selections are asked for, before any is left out; of a sample, its `rows`."""
    most, units = _most(space, wanted.depth), len(space.units)
    if most is None:
        return rows
    subsets = 1 << units if most == units else sum(comb(units, number) for number in range(most + 1))
    return subsets + (wanted.whole is not None) - (not wanted.base)


def _closed_sets(space: SelectionSpace, depth: Depth | int) -> Iterator[int]:
    match depth:
        case Depth.NONE:
            return iter((space.lattice.base,))
        case Depth.EACH:
            return _levels(space, 1)
        case Depth.PAIRS:
            return covering_sets(space.lattice)
        case Depth.ALL:
            return _everything(space)
        case most:
            return _levels(space, most)


def _everything(space: SelectionSpace) -> Iterator[int]:
    builds = count_closed_sets(space.lattice)
    if builds > MOST_BUILDS:
        raise _too_many(space, f"every combination of {len(space.units)} features is {builds:,} builds")
    return space.lattice.closed_sets()


def _levels(space: SelectionSpace, most: int) -> Iterator[int]:
    """Give what at most so many units enable, level by level: combinations that coincide are never listed."""
    lattice = space.lattice
    seen = dict.fromkeys((lattice.base,))
    start = 0
    for _ in range(min(most, len(lattice.names))):
        front = tuple(islice(seen, start, None))
        start = len(seen)
        for larger in (closed | above for closed in front for above in lattice.above):
            if larger not in seen and not _clashes(lattice, larger):
                seen[larger] = None
                if len(seen) > MOST_BUILDS:
                    raise _too_many(space, f"{most} of {len(space.units)} features at once are more than {MOST_BUILDS:,} builds")
    return iter(seen)


def _clashes(lattice: Lattice, closed: int) -> bool:
    return any((closed & group).bit_count() > 1 for group in lattice.exclusive)


def _too_many(space: SelectionSpace, sentence: str) -> UsageError:
    return UsageError(
        f"package {space.package!r}: {sentence}, and at most {MOST_BUILDS:,} may be planned",
        hint='depth "pairs" is a sample of few builds (--depth pairs), --depth 1 each feature alone; isolation is proved for all in any case',
    )


def _label(unit: Selection) -> str:
    return ",".join(sorted(unit))


def _features(label: str) -> Iterator[str]:
    return iter(label.split(","))
