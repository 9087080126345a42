"""Consequences of Horn clauses, one by one and compiled."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from buildkit.features.compiled import Compiled
from buildkit.features.horn import GIVEN, Horn

FACTS = 8
RULES = st.lists(
    st.tuples(st.lists(st.integers(0, FACTS - 1), min_size=1, max_size=3, unique=True), st.integers(0, FACTS - 1)), max_size=14
)


def horn_of(rules: list[tuple[list[int], int]]) -> Horn[str, str]:
    horn: Horn[str, str] = Horn()
    for number in range(FACTS):
        horn.fact(f"fact {number}")
    for premises, conclusion in rules:
        horn.add(tuple(premises), conclusion, "because")
    return horn


def naive(rules: list[tuple[list[int], int]], given_facts: set[int]) -> set[int]:
    held = set(given_facts)
    while new := {conclusion for premises, conclusion in rules if held.issuperset(premises)} - held:
        held |= new
    return held


def named(horn: Horn[str, str], facts: set[int]) -> set[int]:
    return {fact for fact in facts if horn.names[fact] is not None}


@given(RULES, st.sets(st.integers(0, FACTS - 1)))
def test_consequences_are_everything_that_follows(rules: list[tuple[list[int], int]], start: set[int]) -> None:
    horn = horn_of(rules)
    assert named(horn, set(horn.consequences(start))) == naive(rules, start)


@given(RULES, st.sets(st.integers(0, FACTS - 1)))
def test_each_fact_keeps_a_rule_whose_premises_came_before(rules: list[tuple[list[int], int]], start: set[int]) -> None:
    horn = horn_of(rules)
    reasons = horn.consequences(start)
    order = list(reasons)
    for fact, number in reasons.items():
        if number == GIVEN:
            assert fact in start
        else:
            assert horn.rules[number].conclusion == fact
            assert all(order.index(premise) < order.index(fact) for premise in horn.rules[number].premises)


def test_the_first_reason_is_the_shortest() -> None:
    horn = horn_of([([0], 1), ([1], 2), ([2], 3), ([0], 3)])
    assert horn.rules[horn.consequences([0])[3]].premises == (0,)


@given(RULES, st.sets(st.integers(0, FACTS - 1), max_size=2), st.sets(st.integers(0, FACTS - 1), max_size=4))
def test_compiled_closures_are_the_consequences(rules: list[tuple[list[int], int]], always: set[int], extra: set[int]) -> None:
    horn = horn_of(rules)
    compiled = Compiled(horn, always, {str(fact): (fact,) for fact in extra})
    for size in range(len(extra) + 1):
        for chosen in combinations(sorted(extra), size):
            mask = compiled.closure(map(str, chosen))
            consequences = horn.consequences([*always, *chosen])
            assert {fact for fact, bit in compiled.bits.items() if mask >> bit & 1} == set(consequences)
