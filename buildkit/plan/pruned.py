"""Why selections that were asked for have no cell of their own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from buildkit.features.enabled import enabled_features
from buildkit.model import Cell, Pruned, PruneReason
from buildkit.plan.combinations import Choice, Selection, SelectionSpace

MOST_LISTED = 1_000
"""How many selections of one package on one target are told one by one."""

MOST_LOOKED_AT = 100_000


def pruned_selections(choice: Choice, target: str) -> Iterator[Pruned]:
    """Give the selections of a choice that are no cell, then how many more there are, and what was not asked for."""
    listed = 0
    for pruned in islice(_told(choice, target), MOST_LISTED):
        listed += 1
        yield pruned
    everything = f"{choice.space.package}/{target}/*"
    more = choice.requested - len(choice.selections) - listed
    if more > 0:
        yield Pruned(id=everything, reason=PruneReason.SAME_CLOSURE, because="same closure as a cell, or forbidden; not listed", count=more)
    if choice.is_sample and choice.builds is not None:
        left = choice.builds - len(choice.selections)
        yield Pruned(id=everything, reason=PruneReason.COVERED, because="every two features are covered by the cells", count=left)
    yield from _excluded(choice, target)


def _excluded(choice: Choice, target: str) -> Iterator[Pruned]:
    for selection, because in choice.wanted.excluded:
        yield Pruned(id=_cell(choice.space, target, selection), reason=PruneReason.EXCLUDED, because=because)


def describe_sample(choice: Choice, target: str) -> str | None:
    """Say what a sample leaves out, `None` where nothing is."""
    if not choice.is_sample:
        return None
    builds = "more builds than can be counted" if choice.builds is None else f"{choice.builds:,} builds"
    return (
        f"{choice.space.package} on {target}: {len(choice.selections):,} of {builds} are compiled, a covering array: "
        f"every two of {len(choice.space.units):,} features occur together, apart and absent, where that is allowed"
    )


def _told(choice: Choice, target: str) -> Iterator[Pruned]:
    space = choice.space
    kept = {space.enabled(selection): selection for selection in choice.selections}
    for selection in islice(space.subsets(choice.wanted), MOST_LOOKED_AT):
        name = _cell(space, target, selection)
        forbidden = _forbidden(space, selection)
        same = kept.get(space.enabled(selection))
        if same == selection:
            continue
        if forbidden is not None:
            yield Pruned(id=name, reason=PruneReason.FORBIDDEN, because=forbidden)
        elif same is not None:
            yield Pruned(id=name, reason=PruneReason.SAME_CLOSURE, because=f"same closure as {_cell(space, target, same)}")


def _forbidden(space: SelectionSpace, selection: Selection) -> str | None:
    enabled = enabled_features(space.table, selection)
    clash = next(iter(space.clauses.clashes(enabled)), None)
    if clash is not None:
        return f"forbidden by exclusive: {', '.join(sorted(clash))}"
    gap = next(iter(space.clauses.gaps(enabled)), None)
    return None if gap is None else f"forbidden by at-least-one-of: {', '.join(sorted(gap))}"


def _cell(space: SelectionSpace, target: str, selection: Selection) -> str:
    return Cell(package=space.package, target=target, features=tuple(sorted(selection))).id
