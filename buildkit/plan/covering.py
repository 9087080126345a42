"""A covering array over features: few selections in which every two features occur in every state that any allowed selection has them in.

It is built greedily, over what selections enable rather than over what they name.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice
from zlib import crc32

from buildkit.features.lattice import Lattice, ones

TRIED_ROWS = 8
"""How many rows are made before the one that shows most is taken."""

MANY_NAMES = 128
"""From how many features on the first row is taken."""


def covering_sets(lattice: Lattice) -> Iterator[int]:
    """Give allowed closed sets of a lattice, the base first where it is allowed."""
    wanted = _Wanted(lattice)
    tried = TRIED_ROWS if len(lattice.names) < MANY_NAMES else 1
    if _allows(lattice, lattice.base):
        wanted.cover(lattice.base)
        yield lattice.base
    lots = count()
    while (pair := wanted.first()) is not None:
        rows = [row for lot in islice(lots, tried) if (row := _row(lattice, wanted, pair, lot)) is not None]
        if not rows:
            wanted.give_up(*pair)
        else:
            best = max(rows, key=wanted.shown)
            wanted.cover(best)
            yield best


class _Wanted:
    """The states of pairs that no row has shown yet: for each feature, as a mask, those with which a state is missing."""

    def __init__(self, lattice: Lattice) -> None:
        self._count = len(lattice.names)
        self._names = (1 << self._count) - 1
        others = [self._names & ~(1 << place) for place in range(self._count)]
        self.both = list(others)
        self.alone = [mask & ~above for mask, above in zip(others, lattice.above, strict=True)]
        self.neither = list(others)

    def first(self) -> tuple[int, int] | None:
        """Return the features that are on and those that are off in a missing state, `None` where none is missing."""
        for place in range(self._count):
            for mask, is_on in ((self.both[place], True), (self.alone[place], False)):
                if mask:
                    other = mask & -mask
                    return (1 << place | other, 0) if is_on else (1 << place, other)
        absent = next((place for place, mask in enumerate(self.neither) if mask), None)
        return None if absent is None else (0, 1 << absent | self.neither[absent] & -self.neither[absent])

    def gain(self, place: int, on: int, off: int) -> int:
        """Return how many missing states a feature shows when it is switched on beside the others, less those that it shows when off."""
        without = sum(1 for other in ones(on & self._names) if self.alone[other] >> place & 1)
        return (
            (self.both[place] & on).bit_count() + (self.alone[place] & off).bit_count() - without - (self.neither[place] & off).bit_count()
        )

    def shown(self, row: int) -> int:
        """Return how many missing states a row shows."""
        on = sum(
            (self.both[place] & row).bit_count() + (self.alone[place] & ~row).bit_count()
            for place in range(self._count)
            if row >> place & 1
        )
        return on + sum((self.neither[place] & ~row).bit_count() for place in range(self._count) if not row >> place & 1)

    def cover(self, row: int) -> None:
        """Take off what a row shows."""
        for place in range(self._count):
            if row >> place & 1:
                self.both[place] &= ~row
                self.alone[place] &= row
            else:
                self.neither[place] &= row

    def give_up(self, on: int, off: int) -> None:
        """Take off a state that no allowed selection has."""
        for place in ones(on):
            self.both[place] &= ~on
            self.alone[place] &= ~off
        if not on:
            for place in ones(off):
                self.neither[place] &= ~off


def _row(lattice: Lattice, wanted: _Wanted, pair: tuple[int, int], lot: int) -> int | None:
    """Return an allowed closed set with and without some features, in which many other missing states are shown."""
    on, off = pair
    inside = lattice.base
    for place in ones(on):
        inside |= lattice.above[place]
    if _completed(lattice, inside, off) is None:
        return None
    outside = off
    for place, above in enumerate(lattice.above):
        bit = 1 << place
        if (inside | outside) & bit:
            continue
        more = inside | above
        gain = wanted.gain(place, inside, outside)
        # Features of equal gain must not all go the same way: what they show would be the same.
        if (gain > 0 or (gain == 0 and _is_on_by_lot(place, lot))) and not more & outside and _completed(lattice, more, off) is not None:
            inside = more
        else:
            outside |= bit
    return _completed(lattice, inside, off)


def _is_on_by_lot(place: int, lot: int) -> bool:
    return bool(crc32(b"%d %d" % (place, lot)) & 1)


def _completed(lattice: Lattice, inside: int, outside: int) -> int | None:
    """Return an allowed closed set between `inside` and all but `outside`, `None` where there is none."""
    if inside & outside or any((inside & group).bit_count() > 1 for group in lattice.exclusive):
        return None
    gap = next((group for group in lattice.needed if not inside & group), None)
    if gap is None:
        return inside
    found = (_completed(lattice, inside | above, outside) for above in lattice.above if above & gap)
    return next((completed for completed in found if completed is not None), None)


def _allows(lattice: Lattice, closed: int) -> bool:
    return _completed(lattice, closed, 0) == closed
