"""Which selections of a package are compiled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations

from buildkit.config.schema import Depth
from buildkit.errors import UsageError
from buildkit.features.counting import count_closed_sets
from buildkit.features.enabled import Clauses, FeatureTable, enabled_features
from buildkit.features.lattice import Lattice

Selection = frozenset[str]

MOST_BUILDS = 100_000
"""How many builds of one package on one target may be planned."""


@dataclass(frozen=True, kw_only=True)
class SelectionSpace:
    """Everything that may be selected of one package on one target: `base` always, and any allowed subset of `extra`."""

    package: str
    table: FeatureTable
    base: Selection
    extra: tuple[str, ...] = ()
    clauses: Clauses = field(default_factory=Clauses)

    def allows(self, selection: Selection) -> bool:
        """Say whether the clauses allow a selection, judged on all the features that it enables."""
        return self.clauses.allow(enabled_features(self.table, selection))

    def distinct(self) -> Iterator[Selection]:
        """Give the allowed selections up to what they enable, each by a smallest one; raises `UsageError` where they are too many."""
        enables = {feature: enabled_features(self.table, (feature,)) for feature in self.extra}
        lattice = Lattice(self.extra, enables, enabled_features(self.table, self.base), self.clauses)
        builds = count_closed_sets(lattice)
        if builds > MOST_BUILDS:
            raise UsageError(
                f'package {self.package!r}: depth "all" of {len(self.extra)} features is {builds:,} builds, and at most {MOST_BUILDS:,} may be planned',
                hint='depth = "pairs"; isolation is proved for all of them in any case',
            )
        return (self.base | lattice.smallest_selection(closed) for closed in lattice.closed_sets())


def selections_to_compile(space: SelectionSpace, depth: Depth) -> tuple[Selection, ...]:
    """Return the selections that `depth` asks for, the base first; those that the clauses forbid are left out.

    Of selections that enable the same features, `all` has one: they are the same build.
    """
    additions: Iterator[Selection]
    match depth:
        case Depth.NONE:
            additions = iter(())
        case Depth.EACH:
            additions = (frozenset({feature}) for feature in space.extra)
        case Depth.PAIRS:
            additions = iter(_covering_rows(space))
        case Depth.ALL:
            return tuple(dict.fromkeys((space.base, *space.distinct())))
    wanted = dict.fromkeys((space.base, *(space.base | addition for addition in additions)))
    return tuple(selection for selection in wanted if selection == space.base or space.allows(selection))


Pair = tuple[str, str, tuple[bool, bool]]


def _covering_rows(space: SelectionSpace) -> tuple[Selection, ...]:
    """Return rows in which every two extra features occur together and each without the other: a sample of the powerset, built greedily."""
    states = ((True, True), (True, False), (False, True))
    pairs = [(first, second, state) for first, second in combinations(space.extra, 2) for state in states]
    wanted = {pair for pair in pairs if space.allows(space.base | _seed(pair))}
    rows: list[Selection] = []
    while wanted:
        rows.append(_row(space, min(wanted), wanted))
        wanted = {pair for pair in wanted if not _covers(rows[-1], pair)}
    return tuple(rows)


def _row(space: SelectionSpace, pair: Pair, wanted: set[Pair]) -> Selection:
    """Start from one pair and add each feature that makes the row cover more of what is wanted."""
    row = _seed(pair)
    for feature in space.extra:
        bigger = row | {feature}
        if feature in pair[:2] or not space.allows(space.base | bigger):
            continue
        if sum(_covers(bigger, other) for other in wanted) > sum(_covers(row, other) for other in wanted):
            row = bigger
    return row


def _seed(pair: Pair) -> Selection:
    return frozenset(feature for feature, on in zip(pair[:2], pair[2], strict=True) if on)


def _covers(row: Selection, pair: Pair) -> bool:
    first, second, state = pair
    return (first in row, second in row) == state
