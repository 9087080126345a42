"""The selections of a package up to what they enable, one by one.

Selections that enable the same features are the same build. A set of enabled features is closed: it contains what its members enable.
All sets are integers here, one bit per feature.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from buildkit.features.enabled import Clauses


class Lattice:
    """What the subsets of `names` enable. `enables` gives for each what it enables, itself included; `base` is enabled in any case."""

    def __init__(self, names: Iterable[str], enables: Mapping[str, frozenset[str]], base: frozenset[str], clauses: Clauses) -> None:
        """Give each feature a bit, the selectable ones first and those that enable most before others."""
        self.names = tuple(sorted(names, key=lambda name: (-len(enables[name]), name)))
        implied = sorted(clauses.named.union(base, *enables.values()).difference(self.names))
        self.features = (*self.names, *implied)
        self._bits = {name: 1 << place for place, name in enumerate(self.features)}
        self.base = self.mask(base)
        self.above = tuple(self.mask(enables[name]) | self.base for name in self.names)
        self.exclusive = tuple(self.mask(group) for group in clauses.exclusive)
        self.needed = tuple(self.mask(group) for group in clauses.at_least_one_of)

    def mask(self, features: Iterable[str]) -> int:
        """Return a set of features as an integer; unknown ones are left out."""
        mask = 0
        for feature in features:
            mask |= self._bits.get(feature, 0)
        return mask

    def decode(self, mask: int) -> frozenset[str]:
        """Return a set of features by name."""
        return frozenset(self.features[place] for place in ones(mask))

    def smallest_selection(self, closed: int) -> frozenset[str]:
        """Return a smallest selection that enables a closed set, on top of the base; of features that enable each other it takes one."""
        kept: set[int] = set()
        covered = self.base
        for place, above in enumerate(self.above):
            if closed >> place & 1 and not covered >> place & 1:
                kept.add(place)
                covered |= above
        return frozenset(self.names[place] for place in kept)

    def closed_sets(self) -> Iterator[int]:
        """Give every allowed closed set once, the base first; the next one takes time in the number of features, whatever their subsets."""
        stack = [(self.base, 0, 0)]
        while stack:
            inside, outside, place = stack.pop()
            while place < len(self.names) and inside >> place & 1:
                place += 1
            if self._is_dead(inside, outside, place):
                continue
            if place == len(self.names):
                yield inside
                continue
            more = inside | self.above[place]
            if not more & outside:
                stack.append((more, outside, place + 1))
            stack.append((inside, outside | 1 << place, place + 1))

    def _is_dead(self, inside: int, outside: int, place: int) -> bool:
        """Say whether no allowed set contains `inside`, lacks `outside` and decides the names from `place` on."""
        if any((inside & group).bit_count() > 1 for group in self.exclusive):
            return True
        if all(inside & group for group in self.needed):
            return False
        possible = inside
        for above in self.above[place:]:
            if not above & outside:
                possible |= above
        return not all(possible & group for group in self.needed)


def ones(mask: int) -> Iterator[int]:
    """Give the places of the bits that are set."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def union(*masks: int) -> int:
    """Return everything that some masks have."""
    found = 0
    for mask in masks:
        found |= mask
    return found
