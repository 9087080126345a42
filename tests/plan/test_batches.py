"""What shares a call agrees on everything that it has in common."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from buildkit.features.signatures import UnitKey
from buildkit.plan.batches import Candidate, collision_free


def unit(number: int) -> UnitKey:
    return UnitKey(number, 1, frozenset())


def candidate(item: str, **signatures: int) -> Candidate[str]:
    return Candidate(item=item, units={unit(ord(name)): signature for name, signature in signatures.items()})


def test_what_agrees_is_put_together() -> None:
    assert collision_free([candidate("one", a=1, b=2), candidate("two", b=2, c=3)]) == (("one", "two"),)


def test_a_unit_with_two_signatures_parts_its_candidates() -> None:
    assert collision_free([candidate("one", a=1, b=2), candidate("two", b=3)]) == (("one",), ("two",))


def test_a_later_candidate_finds_room_in_an_earlier_batch() -> None:
    found = collision_free([candidate("one", a=1, b=1, c=1), candidate("two", a=2, b=2), candidate("three", d=1)])
    assert found == (("one", "three"), ("two",))


def test_nothing_gives_no_batch() -> None:
    assert collision_free([]) == ()


@given(st.lists(st.dictionaries(st.integers(0, 8), st.integers(0, 2), max_size=6), max_size=12))
def test_batches_are_free_of_collisions_and_lose_nothing(drawn: list[dict[int, int]]) -> None:
    candidates = [Candidate(item=number, units={unit(key): value for key, value in units.items()}) for number, units in enumerate(drawn)]
    batches = collision_free(candidates)
    assert sorted(item for batch in batches for item in batch) == list(range(len(drawn)))
    for batch in batches:
        signatures: dict[int, set[int]] = {}
        for item in batch:
            for key, value in drawn[item].items():
                signatures.setdefault(key, set()).add(value)
        assert all(len(values) == 1 for values in signatures.values())
