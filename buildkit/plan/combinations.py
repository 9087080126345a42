"""Which selections of a package are compiled, and which ones a proof has to look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations

from buildkit.config.schema import Depth
from buildkit.errors import UsageError
from buildkit.features.enabled import Clauses, FeatureTable, enabled_features

Selection = frozenset[str]

LARGEST_ENUMERATION = 16
"""How many features may take part in clauses before their subsets are too many to enumerate."""


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

    def largest(self) -> tuple[Selection, ...]:
        """Return the allowed selections that no other allowed one contains: what is denied in none of them is denied in no subset."""
        bound, free = self._split()
        allowed = [chosen for chosen in _subsets(bound) if self.allows(self.base | chosen | free)]
        maximal = [chosen for chosen in allowed if not any(chosen < other for other in allowed)]
        return tuple(self.base | chosen | free for chosen in maximal)

    def count(self) -> int:
        """Return how many selections are allowed."""
        bound, free = self._split()
        return sum(self.allows(self.base | chosen | free) for chosen in _subsets(bound)) << len(free)

    def _split(self) -> tuple[tuple[str, ...], Selection]:
        """Tell the extra features that clauses speak of, themselves or through what they enable, from those that are free."""
        named = self.clauses.named
        bound = tuple(feature for feature in self.extra if enabled_features(self.table, (feature,)) & named)
        if len(bound) > LARGEST_ENUMERATION:
            raise UsageError(
                f"package {self.package!r}: {len(bound)} extra features take part in exclusive or at-least-one-of groups, and at most {LARGEST_ENUMERATION} may",
                hint=f"list fewer features under extra, or split the groups of [package.{self.package}]",
            )
        return bound, frozenset(self.extra) - frozenset(bound)


def selections_to_compile(space: SelectionSpace, depth: Depth) -> tuple[Selection, ...]:
    """Return the selections that `depth` asks for, the base first; those that the clauses forbid are left out."""
    additions: Iterator[Selection]
    match depth:
        case Depth.NONE:
            additions = iter(())
        case Depth.EACH:
            additions = (frozenset({feature}) for feature in space.extra)
        case Depth.PAIRS:
            additions = iter(_covering_rows(space))
        case Depth.ALL:
            additions = _subsets(_enumerable(space))
    wanted = dict.fromkeys((space.base, *(space.base | addition for addition in additions)))
    return tuple(selection for selection in wanted if selection == space.base or space.allows(selection))


def _enumerable(space: SelectionSpace) -> tuple[str, ...]:
    if len(space.extra) > LARGEST_ENUMERATION:
        raise UsageError(
            f'package {space.package!r}: depth = "all" over {len(space.extra)} extra features is 2^{len(space.extra)} selections',
            hint='set depth to "each" or "pairs"; isolation is proved for all of them either way',
        )
    return space.extra


def _subsets(features: tuple[str, ...]) -> Iterator[Selection]:
    for size in range(len(features) + 1):
        yield from (frozenset(chosen) for chosen in combinations(features, size))


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
