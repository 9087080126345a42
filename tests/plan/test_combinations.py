"""Which selections are compiled, and which ones a proof looks at."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buildkit.config.schema import Depth
from buildkit.errors import UsageError
from buildkit.features.enabled import Clauses
from buildkit.plan.combinations import SelectionSpace, selections_to_compile


def space(extra: tuple[str, ...], *exclusive: tuple[str, ...], needed: tuple[str, ...] = ()) -> SelectionSpace:
    clauses = Clauses(exclusive=tuple(frozenset(group) for group in exclusive), at_least_one_of=(frozenset(needed),) if needed else ())
    names = {*extra, "base", *(name for group in exclusive for name in group), *needed}
    return SelectionSpace(package="app", table=dict.fromkeys(names, ()), base=frozenset({"base"}), extra=extra, clauses=clauses)


def subsets(extra: tuple[str, ...]) -> list[frozenset[str]]:
    return [frozenset({"base", *chosen}) for size in range(len(extra) + 1) for chosen in combinations(extra, size)]


def test_none_compiles_the_base_alone() -> None:
    assert selections_to_compile(space(("a", "b")), Depth.NONE) == (frozenset({"base"}),)


def test_each_adds_one_feature_at_a_time() -> None:
    assert selections_to_compile(space(("a", "b")), Depth.EACH) == (frozenset({"base"}), frozenset({"base", "a"}), frozenset({"base", "b"}))


def test_all_lists_every_subset_once() -> None:
    listed = selections_to_compile(space(("a", "b", "c")), Depth.ALL)
    assert sorted(map(sorted, listed)) == sorted(map(sorted, subsets(("a", "b", "c"))))


def test_selections_that_clauses_forbid_are_left_out() -> None:
    listed = selections_to_compile(space(("a", "b"), ("a", "b")), Depth.ALL)
    assert frozenset({"base", "a", "b"}) not in listed
    assert len(listed) == 3


@given(st.integers(2, 9))
def test_pairs_cover_every_two_features_with_few_rows(count: int) -> None:
    extra = tuple("abcdefghi"[:count])
    rows = selections_to_compile(space(extra), Depth.PAIRS)
    for first, second in combinations(extra, 2):
        states = {(first in row, second in row) for row in rows}
        assert states >= {(True, True), (True, False), (False, True), (False, False)}
    assert len(rows) <= 2 + count * 2


LETTERS = st.lists(st.sampled_from("abcdef"), unique=True, max_size=5)


@given(
    LETTERS,
    st.lists(st.sets(st.sampled_from("abcdef"), min_size=2, max_size=3), max_size=2),
    st.sets(st.sampled_from("abcdef"), max_size=2),
)
def test_counts_and_largest_selections_agree_with_enumeration(extra: list[str], exclusive: list[set[str]], needed: set[str]) -> None:
    tried = space(tuple(extra), *(tuple(sorted(group)) for group in exclusive), needed=tuple(sorted(needed)))
    allowed = [selection for selection in subsets(tuple(extra)) if tried.allows(selection)]
    maximal = [selection for selection in allowed if not any(selection < other for other in allowed)]
    assert tried.count() == len(allowed)
    assert sorted(map(sorted, tried.largest())) == sorted(map(sorted, maximal))


def test_free_features_cost_nothing() -> None:
    free = tuple(f"feature{number}" for number in range(60))
    assert space(free).count() == 2**60
    assert len(space(free).largest()) == 1


def test_too_many_entangled_features_are_refused_with_their_number() -> None:
    tangled = tuple(f"feature{number}" for number in range(20))
    with pytest.raises(UsageError, match="20 extra features"):
        space(tangled, tangled).count()


def test_all_subsets_of_too_many_features_are_refused_with_what_to_write() -> None:
    free = tuple(f"feature{number}" for number in range(60))
    with pytest.raises(UsageError, match="60 extra features") as caught:
        selections_to_compile(space(free), Depth.ALL)
    assert "pairs" in (caught.value.hint or "")
