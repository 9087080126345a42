"""Candidates for batches as hypothesis draws them, and what a batch of them may not have."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from buildkit.features.signatures import UnitKey
from buildkit.plan.batches import Batch, Candidate

KEYS = 9
VARIANTS = 3
UNITS = KEYS * VARIANTS

Drawn = list[dict[int, int]]
"""Of each candidate, which variant of each key it has."""


def drawn_candidates() -> st.SearchStrategy[Drawn]:
    """Draw candidates with a few units each."""
    return st.lists(st.dictionaries(st.integers(0, KEYS - 1), st.integers(0, VARIANTS - 1), max_size=6), max_size=12)


def candidates_of(drawn: Drawn) -> list[Candidate[int]]:
    """Return candidates that are known by their places."""
    return [
        Candidate(item=item, units={UnitKey(key, 1, frozenset()): key * VARIANTS + variant for key, variant in units.items()})
        for item, units in enumerate(drawn)
    ]


def collisions(batch: Batch[int], drawn: Drawn) -> Iterable[int]:
    """Return the keys of which a batch has several variants."""
    found: dict[int, set[int]] = {}
    for member in batch:
        for key, variant in drawn[member.item].items():
            found.setdefault(key, set()).add(variant)
    return [key for key, variants in found.items() if len(variants) > 1]
