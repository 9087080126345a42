"""Judgement where sixty features are entangled: the right verdict and a smallest example, within few steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from linked import explainer_of, link_all, needs, policy_of
from workspaces import package

from buildkit.errors import UsageError
from buildkit.features.enabled import Clauses
from buildkit.features.hitting import Hitting
from buildkit.features.policy import Policy
from buildkit.model import Denial

SIZE = 60
NAMES = tuple(f"f{number}" for number in range(SIZE))
NET = Denial(crate="net")
TLS = Denial(crate="net", features=("tls",))
FEW_STEPS = 2_000

Groups = Iterable[Iterable[int]]


def entangled(
    exclusive: Groups,
    needed: Groups = (),
    values: Mapping[int, Sequence[str]] | None = None,
    denial: Denial = NET,
    names: Sequence[str] = NAMES,
) -> Policy:
    """Return a policy over many features, some of which have `values`, with clauses over their numbers."""
    given_values = values or {}
    features = {name: tuple(given_values.get(number, ())) for number, name in enumerate(names)}
    links = link_all(package("app", features, dependencies=[needs("net", optional=True)]), package("net", {"tls": ()}))
    groups = [tuple(frozenset(names[number % len(names)] for number in group) for group in kind) for kind in (exclusive, needed)]
    return policy_of(links, "app", names, denial, clauses=Clauses(exclusive=groups[0], at_least_one_of=groups[1]))


def judged(policy: Policy) -> list[tuple[str, ...]]:
    """Return the smallest selection of each finding; the search may take few steps only."""
    policy.completion.most_steps = FEW_STEPS
    return [finding.minimal_features or () for finding in policy.judge(explainer_of(policy.model.links))]


CYCLE = [(number, number + 1) for number in range(SIZE)]
TRIPLES = [(number, number + 1, number + 2) for number in range(SIZE)]
APART = [(number, number * 7 % SIZE + 1, number * 11 % SIZE + 2) for number in range(SIZE)]
"""Triples of features that are far from each other."""


@pytest.mark.parametrize("exclusive", [CYCLE, TRIPLES, [*CYCLE, *TRIPLES, *APART]], ids=["cycle", "triples", "all"])
def test_what_only_rivals_reach_together_is_not_reached(exclusive: Groups) -> None:
    policy = entangled(exclusive, values={0: ["dep:net"], 1: ["net?/tls"], 59: ["net?/tls"]}, denial=TLS)
    assert judged(policy) == []


@pytest.mark.parametrize("exclusive", [CYCLE, TRIPLES], ids=["cycle", "triples"])
def test_what_two_that_are_no_rivals_reach_is_found(exclusive: Groups) -> None:
    policy = entangled(exclusive, values={0: ["dep:net"], 1: ["net?/tls"], 30: ["net?/tls"]}, denial=TLS)
    assert judged(policy) == [("f0", "f30")]


def test_a_choice_that_every_pair_needs_may_be_no_choice() -> None:
    odd = [(number, number + 1) for number in range(59)] + [(58, 0)]
    around = [(number, (number + 1) % 59) for number in range(59)]
    policy = entangled(odd, around, values={59: ["dep:net"]})
    assert policy.count() == 0
    assert not policy.allows_something
    even = entangled(CYCLE, CYCLE, values={8: ["dep:net"]})
    assert even.count() == 2
    assert judged(even) == [tuple(sorted(NAMES[::2]))]


def test_more_that_need_a_place_than_there_are_places() -> None:
    wide = 7
    places = [[row * wide + column for row in range(wide + 1)] for column in range(wide)]
    rows = [[row * wide + column for column in range(wide)] for row in range(wide + 1)]
    policy = entangled(places, rows, values={59: ["dep:net"]})
    assert not policy.allows_something
    assert policy.completion.steps < FEW_STEPS
    assert entangled(places, rows[1:], values={59: ["dep:net"]}).allows_something


def test_sixty_that_need_one_of_each_of_many_exclusive_groups() -> None:
    exclusive = [range(start, start + 4) for start in range(0, SIZE, 4)]
    values = {number: ["dep:net"] for number in range(0, SIZE, 4)}
    policy = entangled(exclusive, exclusive, values=values)
    assert policy.count() == 4**15
    (features,) = judged(policy)
    assert len(features) == 15
    assert sum(int(name[1:]) % 4 == 0 for name in features) >= 1
    only = [[number for number in group if number % 4] for group in exclusive]
    assert judged(entangled([*exclusive], only, values=values)) == []


def test_a_proof_stands_where_nothing_can_be_counted() -> None:
    names = [f"f{number}" for number in range(211)]
    pairs = [(number, number * step % 211) for number in range(1, 211) for step in (2, 3, 7)]
    values = {1: ["dep:net"], 2: ["net?/tls"], 3: ["net?/tls"]}
    policy = entangled(pairs, values=values, denial=TLS, names=names)
    assert policy.count() is None
    assert judged(policy) == []
    reached = entangled(pairs, values={**values, 10: ["net?/tls"]}, denial=TLS, names=names)
    assert reached.count() is None
    assert judged(reached) == [("f1", "f10")]


def test_the_fewest_features_are_found_among_many_that_reach() -> None:
    ways = [(number, number + 1) for number in range(1, 21, 2)]
    values = {first: ["dep:net"] for first, _ in ways} | {second: ["net?/tls"] for _, second in ways} | {59: ["net/tls"]}
    assert judged(entangled(CYCLE, values=values, denial=TLS)) == [("f59",)]


@given(st.lists(st.integers(1, 255), max_size=7), st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=12), st.integers(0, 8))
def test_groups_are_hit_where_that_can_be_done(groups: list[int], pairs: list[tuple[int, int]], most: int) -> None:
    rivals = [0] * 8
    for one, other in ((one, other) for one, other in pairs if one != other):
        rivals[one] |= 1 << other
        rivals[other] |= 1 << one
    sets = [sum(1 << place for place in chosen) for size in range(most + 1) for chosen in combinations(range(8), size)]
    fitting = [chosen for chosen in sets if fits(chosen, groups, rivals)]
    hitting = Hitting(rivals)
    hitting.hit(groups, 8)
    found = hitting.hit(groups, most)
    assert (found is not None) == bool(fitting)
    assert found is None or found in fitting


def fits(chosen: int, groups: list[int], rivals: list[int]) -> bool:
    return all(chosen & group for group in groups) and not any(chosen >> place & 1 and chosen & rival for place, rival in enumerate(rivals))


def test_groups_in_a_long_chain_are_hit_and_too_many_are_refused() -> None:
    rivals = [1 << place - 1 | 1 << place + 1 if 0 < place < 399 else 2 if not place else 1 << 398 for place in range(400)]
    chain = [0b111 << 3 * number for number in range(110)]
    assert Hitting(rivals).hit(chain, 400) is not None
    with pytest.raises(UsageError, match="too many of them depend on each other"):
        Hitting(rivals).hit([0b111 << 3 * number for number in range(130)], 400)
