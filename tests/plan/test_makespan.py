"""How long calls take by the model."""

from __future__ import annotations

import pytest

from buildkit.plan.makespan import CALL_SECONDS, Costs, Makespan


def model(*seconds: float, below: dict[int, set[int]] | None = None, cores: int = 2) -> Makespan:
    waits = below or {}
    return Makespan(Costs(seconds=seconds, below=[waits.get(number, set()) for number in range(len(seconds))], cores=cores))


def test_units_that_wait_for_nothing_share_the_cores() -> None:
    assert model(1, 1, 2, 4).call(0b1111) == pytest.approx(4 + CALL_SECONDS)


def test_a_chain_takes_as_long_as_all_of_its_units() -> None:
    assert model(1, 2, 3, below={1: {0}, 2: {1}}, cores=8).call(0b111) == pytest.approx(6 + CALL_SECONDS)


def test_the_longest_of_several_chains_counts() -> None:
    assert model(1, 5, 1, below={2: {0, 1}}, cores=8).call(0b111) == pytest.approx(6 + CALL_SECONDS)


def test_a_unit_of_an_earlier_call_is_waited_for_no_more() -> None:
    assert model(5, 1, below={1: {0}}).calls([0b01, 0b11]) == pytest.approx([5 + CALL_SECONDS, 1 + CALL_SECONDS])


def test_a_call_that_compiles_nothing_takes_what_cargo_takes() -> None:
    assert model(5).calls([1], done=1) == [CALL_SECONDS]


def test_what_is_known_is_not_looked_at_unit_by_unit_again() -> None:
    makespan = model(1, 1, 1)
    makespan.call(0b111)
    first = makespan.visits
    makespan.call(0b111)
    assert (first, makespan.visits) == (4, 5)
