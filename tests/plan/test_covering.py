"""Covering arrays, held against every allowed selection of small feature tables."""

from __future__ import annotations

from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from buildkit.features.enabled import Clauses, enabled_features
from buildkit.plan.combinations import Selection, SelectionSpace
from buildkit.plan.covering import covering_sets

NAMES = ("a", "b", "c", "d", "e", "f")
PAIRS = tuple(combinations(NAMES, 2))
groups = st.lists(st.frozensets(st.sampled_from(NAMES), min_size=2, max_size=4), max_size=2).map(tuple)


@st.composite
def spaces(draw: st.DrawFn) -> SelectionSpace:
    table = {name: tuple(draw(st.lists(st.sampled_from((*NAMES, "hidden")), max_size=2))) for name in NAMES}
    clauses = Clauses(exclusive=draw(groups), at_least_one_of=draw(groups))
    base = draw(st.frozensets(st.sampled_from(NAMES), max_size=1))
    extra = tuple(name for name in NAMES if name not in base)
    return SelectionSpace(package="app", table={**table, "hidden": ()}, base=base, extra=extra, clauses=clauses)


def allowed(space: SelectionSpace) -> set[Selection]:
    """Return what every allowed selection enables."""
    subsets = chain.from_iterable(combinations(space.extra, size) for size in range(len(space.extra) + 1))
    enabled = {enabled_features(space.table, space.base.union(subset)) for subset in subsets}
    return {closed for closed in enabled if space.clauses.allow(closed)}


def states(rows: set[Selection]) -> set[tuple[str, str, bool, bool]]:
    return {(first, second, first in row, second in row) for row in rows for first, second in PAIRS}


@given(spaces())
def test_every_state_of_two_features_that_is_allowed_is_shown(space: SelectionSpace) -> None:
    rows = {space.lattice.decode(row) & set(space.table) for row in covering_sets(space.lattice)}
    everything = allowed(space)
    assert rows <= everything
    assert states(rows) == states(everything)


def test_many_features_take_few_rows() -> None:
    extra = tuple(f"feature{number}" for number in range(60))
    space = SelectionSpace(package="app", table=dict.fromkeys(extra, ()), base=frozenset(), extra=extra)
    assert len(list(covering_sets(space.lattice))) <= 20
