"""Batches one behind another, with what each of them takes by the model of `makespan`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Generic

from buildkit.plan.batches import Batch, Item, Member
from buildkit.plan.makespan import Makespan

LEAST_GAIN: Final = 1e-6
"""The seconds below which a difference may be one of rounding."""


class RunOrder(Generic[Item]):
    """Batches in the order in which they are run. A change is made only where all batches together take less time with it.

    They stay free of collisions. What is alone in a batch is not run as one: it comes after the others, and no change leaves a member so.
    """

    def __init__(self, batches: Iterable[Batch[Item]], makespan: Makespan) -> None:
        """Put what is alone behind the others."""
        self.batches = sorted(map(list, batches), key=_is_alone)
        self.several = 0
        """How many batches have more than one member; they come first."""
        self._makespan = makespan
        self._look()

    def move_batch(self, place: int, other: int) -> bool:
        """Take a batch to another place where that helps, and say whether it does."""
        low, high = sorted((place, other))
        needed = self._needed[low : high + 1]
        needed.insert(other - low, needed.pop(place - low))
        if not self._is_shorter(low, high, needed):
            return False
        self.batches.insert(other, self.batches.pop(place))
        self._look()
        return True

    def move_member(self, member: Member[Item], place: int, other: int) -> bool:
        """Take a member from one batch to another where it fits and that helps, and say whether it does."""
        left = len(self.batches[place]) - 1
        # Of those that are alone, only the first comes right behind the others.
        if place == other or left == 1 or other > self.several or not member.fits(self._needed[other]):
            return False
        low, high = sorted((place, other))
        needed = self._needed[low : high + 1]
        needed[other - low] |= member.units
        needed[place - low] &= self._common[place] | ~member.units
        if not left:
            needed.pop(place - low)
        if not self._is_shorter(low, high, needed):
            return False
        self._give(member, place, other)
        return True

    def _is_shorter(self, low: int, high: int, needed: Sequence[int]) -> bool:
        # Before and after these places, each call compiles what it did.
        return sum(self._makespan.calls(needed, self._done[low])) < sum(self._seconds[low : high + 1]) - LEAST_GAIN

    def _give(self, member: Member[Item], place: int, other: int) -> None:
        giving = self.batches[place]
        self.batches[other].append(member)
        giving[:] = [kept for kept in giving if kept is not member]
        if not giving:
            self.batches.pop(place)
        self._look()

    def _look(self) -> None:
        """Note what each batch needs, what several of its members need, what is compiled before it, and what it takes."""
        self._needed: list[int] = []
        self._common: list[int] = []
        self._done: list[int] = []
        done = 0
        for batch in self.batches:
            needed = common = 0
            for member in batch:
                common |= needed & member.units
                needed |= member.units
            self._needed.append(needed)
            self._common.append(common)
            self._done.append(done)
            done |= needed
        self._seconds = self._makespan.calls(self._needed)
        self.several = sum(1 for batch in self.batches if not _is_alone(batch))


def _is_alone(batch: Sequence[Member[Item]]) -> bool:
    return len(batch) == 1
