"""Closures of many subsets of one set of generators, as big integers: one bit per fact.

Each generator carries the mask of what follows from it alone; a closure is the union of masks, and then the rules with two premises
until nothing more follows. The premises of those rules have the lowest bits, so that the loop works on small numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from buildkit.features.horn import Horn

Name = TypeVar("Name")
Cause = TypeVar("Cause")


class Compiled(Generic[Name, Cause]):
    """What follows from `always` and any subset of `generators`, each of which gives some facts."""

    def __init__(self, horn: Horn[Name, Cause], always: Iterable[int], generators: Mapping[str, tuple[int, ...]]) -> None:
        """Compute the base once; the masks of the generators follow when they are first used."""
        self._horn = horn
        base = horn.consequences(always)
        everything = horn.consequences([*base, *(fact for facts in generators.values() for fact in facts)])
        self._known = bytearray(len(horn.names))
        for fact in base:
            self._known[fact] = 1
        open_pairs = {
            (fact, other, conclusion)
            for fact in everything
            for other, conclusion, _ in horn.pairs.get(fact, ())
            if fact < other and other in everything and not (self._known[conclusion] or self._known[fact] or self._known[other])
        }
        low = sorted({fact for first, second, _ in open_pairs for fact in (first, second)})
        self.facts: tuple[int, ...] = tuple(dict.fromkeys((*low, *everything)))
        """The fact of each bit."""
        self.bits: Mapping[int, int] = {fact: bit for bit, fact in enumerate(self.facts)}
        """The bit of each fact that can be reached at all."""
        self._low = (1 << len(low)) - 1
        self._pairs = sorted({(1 << self.bits[a] | 1 << self.bits[b], conclusion) for a, b, conclusion in open_pairs})
        self._masks: dict[int, int] = {}
        self._generators = generators
        self._of_generator: dict[str, int] = {}
        self.base = self._saturate(self.mask(base))
        """The closure of the empty subset."""

    def closure(self, names: Iterable[str]) -> int:
        """Return the closure of a subset of the generators, as a mask."""
        mask = self.base
        for name in names:
            mask |= self._generator(name)
        return self._saturate(mask)

    def mask(self, facts: Iterable[int]) -> int:
        """Return the mask of some facts; those that cannot be reached are left out."""
        buffer = bytearray(len(self.facts) // 8 + 1)
        for fact in facts:
            bit = self.bits.get(fact)
            if bit is not None:
                buffer[bit >> 3] |= 1 << (bit & 7)
        return int.from_bytes(buffer, "little")

    @property
    def late_conclusions(self) -> frozenset[int]:
        """Return the facts that rules with two premises may add."""
        return frozenset(conclusion for _, conclusion in self._pairs)

    def mask_after(self, fact: int) -> int:
        """Return the mask of what follows from one fact alone, on top of the base."""
        mask = self._masks.get(fact)
        if mask is None:
            mask = self._masks[fact] = self.mask(self._horn.consequences((fact,), self._known))
        return mask

    def _generator(self, name: str) -> int:
        mask = self._of_generator.get(name)
        if mask is None:
            mask = self._of_generator[name] = self.mask(self._horn.consequences(self._generators[name], self._known))
        return mask

    def _saturate(self, mask: int) -> int:
        changed = bool(self._pairs)
        while changed:
            changed = False
            low = mask & self._low
            for both, conclusion in self._pairs:
                if low & both == both and not mask >> self.bits[conclusion] & 1:
                    mask |= self.mask_after(conclusion)
                    low = mask & self._low
                    changed = True
        return mask
