"""In which order batches are run, and what is in which, so that all of them together take less time by the model of `makespan`.

First fit leaves calls in which one chain of units is waited for while other cores have nothing to do. Where that chain is compiled beside
other work, in an earlier or a later call, it costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations, takewhile
from typing import Final, Generic

from buildkit.plan.batches import Batch, Item, Member
from buildkit.plan.makespan import Costs, Makespan
from buildkit.plan.run_order import RunOrder

MOST_VISITS: Final = 60_000
"""How much is looked at before the search ends, each unit, call and place for a member: some 0.15 s.

322 cells in 12 batches of 458 units take nearly as much, 66 cells in 6 batches of 168 units 5,000.
"""


def sequenced(batches: Sequence[Batch[Item]], costs: Costs, *, most_visits: int = MOST_VISITS) -> tuple[Batch[Item], ...]:
    """Return batches of the same members in the order in which they are to be run, which takes no more time than the given ones do.

    What is alone in a batch comes after the others, as it is run after them: both in what is returned and in what that is compared with.
    """
    if len(batches) <= 1:
        return tuple(batches)
    makespan = Makespan(costs)
    order = RunOrder(batches, makespan)
    _Search(order, makespan, most_visits).run()
    return tuple(map(tuple, order.batches))


class _Search(Generic[Item]):
    def __init__(self, order: RunOrder[Item], makespan: Makespan, most_visits: int) -> None:
        self._order = order
        self._makespan = makespan
        self._most_visits = most_visits
        self._tried = 0

    def run(self) -> None:
        """Make every change that helps, until there is none or enough was looked at; batches first, because few moves of these do most."""
        while self._moves_batches() | self._moves_members():
            pass

    def _moves_batches(self) -> bool:
        rounds = 0
        while sum(self._order.move_batch(*places) for places in self._pairs()):
            rounds += 1
        return rounds > 0

    def _moves_members(self) -> bool:
        homes = [(member, batch) for batch in self._order.batches for member in batch]
        return sum(self._finds_place(member, batch) for member, batch in takewhile(self._goes_on, homes)) > 0

    def _pairs(self) -> Iterator[tuple[int, int]]:
        return takewhile(self._goes_on, permutations(range(self._order.several), 2))

    def _finds_place(self, member: Member[Item], home: list[Member[Item]]) -> bool:
        batches = self._order.batches
        place = next(place for place, batch in enumerate(batches) if batch is home)
        return any(self._order.move_member(member, place, other) for other in takewhile(self._goes_on, range(len(batches))))

    def _goes_on(self, _: object) -> bool:
        self._tried += 1
        return self._makespan.visits + self._tried < self._most_visits
