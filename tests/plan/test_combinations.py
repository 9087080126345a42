"""Which selections are compiled."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buildkit.config.schema import Depth
from buildkit.errors import UsageError
from buildkit.features.enabled import Clauses
from buildkit.plan.combinations import Selection, SelectionSpace, Wanted, choose


def space(extra: tuple[str, ...], *exclusive: tuple[str, ...], needed: tuple[str, ...] = ()) -> SelectionSpace:
    clauses = Clauses(exclusive=tuple(frozenset(group) for group in exclusive), at_least_one_of=(frozenset(needed),) if needed else ())
    names = {*extra, "base", *(name for group in exclusive for name in group), *needed}
    return SelectionSpace(package="app", table=dict.fromkeys(names, ()), base=frozenset({"base"}), extra=extra, clauses=clauses)


def chosen(tried: SelectionSpace, depth: Depth | int) -> tuple[Selection, ...]:
    return choose(tried, Wanted(depth=depth)).selections


def subsets(extra: tuple[str, ...]) -> list[frozenset[str]]:
    return [frozenset({"base", *chosen}) for size in range(len(extra) + 1) for chosen in combinations(extra, size)]


def test_none_compiles_the_base_alone() -> None:
    assert chosen(space(("a", "b")), Depth.NONE) == (frozenset({"base"}),)


def test_each_adds_one_feature_at_a_time() -> None:
    assert chosen(space(("a", "b")), Depth.EACH) == (frozenset({"base"}), frozenset({"base", "a"}), frozenset({"base", "b"}))


def test_all_lists_every_subset_once() -> None:
    listed = chosen(space(("a", "b", "c")), Depth.ALL)
    assert sorted(map(sorted, listed)) == sorted(map(sorted, subsets(("a", "b", "c"))))


def test_selections_that_clauses_forbid_are_left_out() -> None:
    listed = chosen(space(("a", "b"), ("a", "b")), Depth.ALL)
    assert frozenset({"base", "a", "b"}) not in listed
    assert len(listed) == 3


@given(st.integers(2, 9))
def test_pairs_cover_every_two_features_with_few_rows(count: int) -> None:
    extra = tuple("abcdefghi"[:count])
    rows = chosen(space(extra), Depth.PAIRS)
    for first, second in combinations(extra, 2):
        states = {(first in row, second in row) for row in rows}
        assert states >= {(True, True), (True, False), (False, True), (False, False)}
    assert len(rows) <= 2 + count * 2


def test_all_takes_one_of_the_selections_that_enable_the_same() -> None:
    table = {"base": (), "full": ("a", "b"), "a": (), "b": ()}
    tried = SelectionSpace(package="app", table=table, base=frozenset({"base"}), extra=("full", "a", "b"))
    listed = chosen(tried, Depth.ALL)
    assert set(listed) == {frozenset({"base", *chosen}) for chosen in ((), ("a",), ("b",), ("a", "b"), ("full",))}


def test_many_features_of_one_exclusive_group_are_few_selections() -> None:
    tangled = tuple(f"feature{number}" for number in range(60))
    assert len(chosen(space(tangled, tangled), Depth.ALL)) == 61


def test_a_depth_that_nobody_can_compile_is_refused_with_its_number() -> None:
    with pytest.raises(UsageError, match="1,152,921,504,606,846,976 builds"):
        chosen(space(tuple(f"feature{number}" for number in range(60))), Depth.ALL)
