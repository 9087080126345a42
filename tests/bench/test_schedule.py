from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.schedule import Frontier, chains, makespan
from bench.units import Awaits, Unit


def unit(name: str, seconds: float, *, metadata: float | None = None, after: dict[str, Awaits] | None = None) -> Unit:
    return Unit(id=name, seconds=seconds, metadata_seconds=seconds if metadata is None else metadata, awaits=after or {})


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Unit, ...]:
    """Units that wait only for earlier ones."""
    units: list[Unit] = []
    for number in range(draw(st.integers(1, 12))):
        seconds = draw(st.integers(1, 9))
        awaited = draw(st.dictionaries(st.sampled_from([one.id for one in units]), st.sampled_from(Awaits))) if units else {}
        units.append(unit(f"u{number}", seconds, metadata=draw(st.integers(0, seconds)), after=awaited))
    return tuple(units)


def test_units_that_wait_for_nothing_fill_all_cores() -> None:
    assert makespan([unit(name, 2) for name in "abcd"], 2) == 4


def test_a_chain_takes_as_long_on_many_cores_as_on_one() -> None:
    chain = [unit("a", 1), unit("b", 2, after={"a": Awaits.WHOLE}), unit("c", 3, after={"b": Awaits.WHOLE})]
    assert makespan(chain, 1) == makespan(chain, 8) == 6


def test_a_unit_begins_with_the_metadata_of_another_where_that_is_all_it_needs() -> None:
    first = unit("a", 5, metadata=1)
    assert makespan([first, unit("b", 1, after={"a": Awaits.METADATA})], 2) == 5
    assert makespan([first, unit("b", 1, after={"a": Awaits.WHOLE})], 2) == 6


def test_the_unit_with_the_longest_chain_after_it_comes_first() -> None:
    units = [unit("alone", 2), unit("first", 1), unit("then", 4, after={"first": Awaits.WHOLE})]
    assert Frontier(units=units).take() == "first"
    assert makespan(units, 2) == 5


def test_a_unit_that_was_built_before_is_not_waited_for() -> None:
    assert makespan([unit("a", 1, after={"gone": Awaits.WHOLE})], 1) == 1


def test_nothing_takes_no_time() -> None:
    assert makespan([], 2) == 0


def test_units_that_wait_for_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="2 units wait for each other"):
        makespan([unit("a", 1, after={"b": Awaits.WHOLE}), unit("b", 1, after={"a": Awaits.WHOLE})], 2)


@given(units=graphs(), cores=st.integers(1, 6))
def test_no_schedule_is_shorter_than_its_work_or_longer_than_one_core_takes(units: tuple[Unit, ...], cores: int) -> None:
    work = sum(one.seconds for one in units)
    assert work / cores <= makespan(units, cores) <= work


@given(units=graphs())
def test_with_a_core_for_each_unit_only_what_is_waited_for_counts(units: tuple[Unit, ...]) -> None:
    begins: dict[str, float] = {}
    for one in units:
        known = {other.id: other for other in units}
        begins[one.id] = max(
            (
                begins[name] + (known[name].seconds if how is Awaits.WHOLE else known[name].metadata_seconds)
                for name, how in one.awaits.items()
            ),
            default=0.0,
        )
    assert makespan(units, len(units)) == max(begins[one.id] + one.seconds for one in units)


@given(units=graphs())
def test_the_longest_chain_holds_every_unit_of_it_whole(units: tuple[Unit, ...]) -> None:
    lengths = chains({one.id: one for one in units})
    assert all(lengths[one.id] >= one.seconds for one in units)
    assert all(lengths[name] >= lengths[one.id] for one in units for name in one.awaits)
