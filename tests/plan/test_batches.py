"""What shares a call agrees on everything that it has in common."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from made_batches import Drawn, candidates_of, collisions, drawn_candidates

from buildkit.features.signatures import UnitKey
from buildkit.plan.batches import Candidate, collision_free


def candidate(item: str, **signatures: int) -> Candidate[str]:
    units = {UnitKey(ord(name), 1, frozenset()): 10 * ord(name) + signature for name, signature in signatures.items()}
    return Candidate(item=item, units=units)


def batches_of(candidates: Iterable[Candidate[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(member.item for member in batch) for batch in collision_free(candidates))


def test_what_agrees_is_put_together() -> None:
    assert batches_of([candidate("one", a=1, b=2), candidate("two", b=2, c=3)]) == (("one", "two"),)


def test_a_unit_with_two_signatures_parts_its_candidates() -> None:
    assert batches_of([candidate("one", a=1, b=2), candidate("two", b=3)]) == (("one",), ("two",))


def test_a_later_candidate_finds_room_in_an_earlier_batch() -> None:
    found = batches_of([candidate("one", a=1, b=1, c=1), candidate("two", a=2, b=2), candidate("three", d=1)])
    assert found == (("one", "three"), ("two",))


def test_nothing_gives_no_batch() -> None:
    assert batches_of([]) == ()


@given(drawn_candidates())
def test_batches_are_free_of_collisions_and_lose_nothing(drawn: Drawn) -> None:
    batches = collision_free(candidates_of(drawn))
    assert sorted(member.item for batch in batches for member in batch) == list(range(len(drawn)))
    assert not [batch for batch in batches if collisions(batch, drawn)]
