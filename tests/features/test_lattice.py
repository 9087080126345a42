"""Selections up to what they enable, listed and counted, against every subset."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from buildkit.errors import UsageError
from buildkit.features.branching import Branching
from buildkit.features.choices import Choices
from buildkit.features.conflicts import conflicts_of
from buildkit.features.counting import count_closed_sets, count_selections
from buildkit.features.enabled import Clauses, enabled_features
from buildkit.features.frontier import Frontier
from buildkit.features.lattice import Lattice

NAMES = "abcdefg"
NUMBERED = [f"f{number}" for number in range(60)]


@dataclass(frozen=True)
class Space:
    table: dict[str, tuple[str, ...]]
    base: frozenset[str]
    extra: tuple[str, ...]
    clauses: Clauses

    @property
    def lattice(self) -> Lattice:
        enables = {name: enabled_features(self.table, (name,)) for name in self.extra}
        return Lattice(self.extra, enables, enabled_features(self.table, self.base), self.clauses)

    def enabled(self, chosen: frozenset[str]) -> frozenset[str]:
        return enabled_features(self.table, self.base | chosen)

    def allowed(self) -> list[frozenset[str]]:
        subsets = (frozenset(chosen) for size in range(len(self.extra) + 1) for chosen in combinations(self.extra, size))
        return [chosen for chosen in subsets if self.clauses.allow(self.enabled(chosen))]


@st.composite
def spaces(draw: DrawFn) -> Space:
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    some = st.lists(st.sampled_from(names), max_size=2, unique=True).map(tuple)
    groups = st.sets(st.sampled_from(names), min_size=1, max_size=3).map(frozenset)
    clauses = Clauses(exclusive=tuple(draw(st.lists(groups, max_size=3))), at_least_one_of=tuple(draw(st.lists(groups, max_size=2))))
    base = frozenset(draw(some)) if draw(st.booleans()) else frozenset[str]()
    extra = tuple(name for name in names if name not in base and draw(st.integers(0, 4)))
    return Space({name: draw(some) for name in names}, base, extra, clauses)


@given(spaces())
def test_every_allowed_closed_set_is_listed_once(space: Space) -> None:
    listed = [space.lattice.decode(closed) for closed in space.lattice.closed_sets()]
    assert len(listed) == len(set(listed))
    assert set(listed) == {space.enabled(chosen) for chosen in space.allowed()}


@given(spaces())
def test_a_closed_set_is_named_by_a_smallest_selection(space: Space) -> None:
    lattice = space.lattice
    for closed in lattice.closed_sets():
        chosen = lattice.smallest_selection(closed)
        assert space.enabled(chosen) == lattice.decode(closed)
        assert all(space.enabled(chosen - {name}) != lattice.decode(closed) for name in chosen)


@given(spaces())
def test_counts_agree_with_the_lists(space: Space) -> None:
    allowed = space.allowed()
    assert count_selections(space.lattice) == len(allowed)
    assert count_closed_sets(space.lattice) == len({space.enabled(chosen) for chosen in allowed})


def flat(names: list[str], *exclusive: frozenset[str], needed: tuple[frozenset[str], ...] = ()) -> Lattice:
    clauses = Clauses(exclusive=exclusive, at_least_one_of=needed)
    return Lattice(names, {name: frozenset({name}) for name in names}, frozenset(), clauses)


def test_sixty_free_features_are_counted_at_once_and_listed_lazily() -> None:
    lattice = flat([f"f{number}" for number in range(60)])
    assert count_selections(lattice) == count_closed_sets(lattice) == 2**60
    assert next(lattice.closed_sets()) is not None


def test_sixty_entangled_features_are_counted_at_once() -> None:
    names = [f"f{number}" for number in range(60)]
    one = frozenset(names)
    assert count_selections(flat(names, one)) == 61
    assert count_selections(flat(names, one, needed=(one,))) == 60
    pairs = [frozenset(pair) for pair in zip(names[::2], names[1::2], strict=True)]
    assert count_selections(flat(names, *pairs)) == count_closed_sets(flat(names, *pairs)) == 3**30


def paired(pairs: Iterable[tuple[int, int]], needed: Iterable[Iterable[int]] = ()) -> Lattice:
    groups = tuple(frozenset(NUMBERED[place % 60] for place in group) for group in needed)
    return flat(NUMBERED, *(frozenset({NUMBERED[one % 60], NUMBERED[other % 60]}) for one, other in pairs), needed=groups)


def test_cycles_and_grids_of_exclusive_pairs_are_counted() -> None:
    cycle = [(place, place + 1) for place in range(60)]
    lucas = [2, 1]
    while len(lucas) <= 60:
        lucas.append(lucas[-1] + lucas[-2])
    for step in (1, 7, 13):
        apart = [(one * step, other * step) for one, other in cycle]
        assert count_selections(paired(apart)) == count_closed_sets(paired(apart)) == lucas[60]
        assert count_selections(paired(apart, needed=(range(60),))) == lucas[60] - 1
    grid = [(place, place + step) for place in range(60) for step in (1, 6) if place + step < 60 and (step == 6 or place % 6 < 5)]
    assert count_selections(paired(grid)) == count_closed_sets(paired(grid))


def test_a_thousand_names_in_a_chain_are_counted() -> None:
    names = [f"f{number}" for number in range(1000)]
    chain = [frozenset(pair) for pair in pairwise(names)]
    fibonacci = [1, 2]
    while len(fibonacci) <= 1000:
        fibonacci.append(fibonacci[-1] + fibonacci[-2])
    assert count_selections(flat(names, *chain)) == fibonacci[1000]


def test_a_name_that_excludes_many_is_counted_either_way() -> None:
    names = NUMBERED[:24]
    dense = [(place, (place * 5 + step) % 24) for place in range(24) for step in (1, 4, 7, 10)]
    lattice = flat(names, *(frozenset({names[one], names[other]}) for one, other in dense if one != other))
    conflicts = conflicts_of(lattice)
    single = tuple(1 << place for place in range(24))
    choices = Choices(weights=(1,) * 24, rivals=conflicts.rivals, above=single, below=single, needed=())
    listed = sum(1 for _ in lattice.closed_sets())
    assert Frontier(choices, conflicts.free).count() == Branching(choices).count(conflicts.free) == count_selections(lattice) == listed


def test_what_is_too_entangled_is_not_counted() -> None:
    names = [f"f{number}" for number in range(211)]
    lattice = flat(names, *(frozenset({names[place], names[place * step % 211]}) for place in range(1, 211) for step in (2, 3, 7)))
    assert count_selections(lattice) is None
    with pytest.raises(UsageError, match="211 features cannot be counted"):
        count_closed_sets(lattice)
