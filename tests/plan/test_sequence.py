"""Batches in another order, and with other members, take less time by the model and hold what first fit holds."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import event, given
from hypothesis import strategies as st
from made_batches import UNITS, Drawn, candidates_of, collisions, drawn_candidates

from buildkit.plan.batches import Batch, Member, collision_free
from buildkit.plan.makespan import Costs, Makespan
from buildkit.plan.sequence import sequenced

ROUNDING = 1e-6


def member(item: str, *units: int, rivals: int = 0) -> Member[str]:
    return Member(item=item, units=sum(1 << unit for unit in units), rivals=rivals)


def costs_of(*seconds: float, below: dict[int, set[int]] | None = None) -> Costs:
    waits = below or {}
    return Costs(seconds=seconds, below=[waits.get(number, set()) for number in range(len(seconds))], cores=2)


def names(batches: Sequence[Batch[str]]) -> list[str]:
    return [" ".join(member.item for member in batch) for batch in batches]


def seconds_of(batches: Sequence[Batch[int]], costs: Costs) -> float:
    """Return what batches take as they are run: what is alone in one after the others."""
    needed = []
    for batch in sorted(batches, key=lambda batch: len(batch) == 1):
        needed.append(0)
        for found in batch:
            needed[-1] |= found.units
    return sum(Makespan(costs).calls(needed))


CHAIN = costs_of(4, 4, 8, below={1: {0}})
"""Two units in a chain, and one that takes as long as both."""


def test_a_chain_is_compiled_where_other_work_fills_the_other_core() -> None:
    # The chain is needed by both batches. Alone with it, the first one would leave a core idle.
    chain = (member("a", 0, 1), member("b", 1))
    work = (member("c", 2), member("d", 0, 1))
    assert names(sequenced((chain, work), CHAIN)) == ["c d", "a b"]


def test_a_member_with_a_chain_is_moved_to_where_other_work_is() -> None:
    chain = (member("a", 0, 1), member("b", 3), member("c", 4))
    work = (member("d", 2), member("e", 5))
    costs = costs_of(4, 4, 8, 0.5, 0.5, 0.5, below={1: {0}})
    assert names(sequenced((chain, work), costs)) == ["b c", "d e a"]


def test_a_member_stays_where_others_of_its_batch_need_the_same_units() -> None:
    batches = ((member("a", 0), member("b", 0), member("c", 3)), (member("d", 2), member("e", 4)))
    assert names(sequenced(batches, costs_of(4, 0, 4, 0.5, 0.5))) == ["a b c", "d e"]


def test_a_member_stays_where_another_batch_has_a_rival_of_it() -> None:
    chain = (member("a", 0, 1, rivals=1 << 2), member("b", 3), member("c", 4))
    work = (member("d", 2, rivals=1 << 1), member("e", 5))
    costs = costs_of(4, 4, 8, 0.5, 0.5, 0.5, below={1: {0}})
    assert names(sequenced((chain, work), costs)) == ["a b c", "d e"]


def test_what_is_alone_comes_last_because_it_is_run_last() -> None:
    rivals = 0b11
    alone = (member("a", 2, rivals=rivals),)
    assert names(sequenced((alone, (member("b", 0), member("c", 1))), costs_of(1, 1, 1))) == ["b c", "a"]


def test_what_is_alone_joins_others_that_it_fits_and_saves_a_call() -> None:
    batches = ((member("a", 0), member("b", 1)), (member("c", 2),))
    assert names(sequenced(batches, costs_of(1, 1, 1))) == ["a b c"]


def test_no_batch_is_left_with_one_member_of_several() -> None:
    batches = ((member("a", 0, 1), member("b", 3, rivals=1 << 2)), (member("c", 2), member("d", 2)))
    assert names(sequenced(batches, costs_of(4, 4, 8, 0.1, below={1: {0}}))) == ["a b", "c d"]


def test_one_batch_is_left_as_it_is() -> None:
    batch = (member("a", 0), member("b", 1))
    assert sequenced((batch,), costs_of(1, 1)) == (batch,)


def test_without_any_visit_nothing_changes() -> None:
    batches = ((member("a", 0, 1), member("b", 1)), (member("c", 2), member("d", 0, 1)))
    assert sequenced(batches, CHAIN, most_visits=0) == batches


@st.composite
def drawn_costs(draw: st.DrawFn) -> Costs:
    seconds = draw(st.lists(st.floats(0, 10), min_size=UNITS, max_size=UNITS))
    below = [draw(st.frozensets(st.integers(0, number - 1), max_size=3)) if number else frozenset[int]() for number in range(UNITS)]
    return Costs(seconds=seconds, below=below, cores=draw(st.integers(1, 4)))


@given(drawn_candidates(), drawn_costs(), st.integers(0, 3000))
def test_a_better_order_loses_nothing_collides_nowhere_and_takes_no_more_time(drawn: Drawn, costs: Costs, most_visits: int) -> None:
    before = collision_free(candidates_of(drawn))
    after = sequenced(before, costs, most_visits=most_visits)
    event(f"changed: {[sorted(m.item for m in batch) for batch in after] != [sorted(m.item for m in batch) for batch in before]}")
    assert sorted(found.item for batch in after for found in batch) == list(range(len(drawn)))
    assert not [batch for batch in after if collisions(batch, drawn)]
    assert seconds_of(after, costs) <= seconds_of(before, costs) + ROUNDING
    assert sum(len(batch) == 1 for batch in after) <= sum(len(batch) == 1 for batch in before)
    assert [len(batch) == 1 for batch in after] == sorted(len(batch) == 1 for batch in after)
    assert after == sequenced(before, costs, most_visits=most_visits)
