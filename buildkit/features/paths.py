"""Every way from a selection to a fact, the shortest first."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from itertools import count

from buildkit.features.derivation import SELECTING, Step, followed_premise
from buildkit.features.resolution import Resolution

MOST_TRIED = 20_000
"""How many beginnings of ways are looked at before the search ends."""


def chains_to(resolution: Resolution, fact: int) -> Iterator[tuple[Step, ...]]:
    """Give the chains of steps from the selection to a fact, shortest first and without circles.

    There may be very many; take as many as are wanted.
    """
    search = _Search(resolution)
    ways: list[tuple[int, int, tuple[int, ...], tuple[Step, ...]]] = [(search.heights[fact], 0, (fact,), ())]
    order = count(1)
    for _ in range(MOST_TRIED):
        if not ways:
            return
        _, _, facts, steps = heapq.heappop(ways)
        for premise, step in search.steps_to(facts[-1]):
            if step is None:
                yield tuple(reversed(steps))
            elif premise not in facts:
                longer = (*steps, step)
                heapq.heappush(ways, (len(longer) + search.heights[premise], next(order), (*facts, premise), longer))


class _Search:
    def __init__(self, resolution: Resolution) -> None:
        """Take the rules whose premises all hold, by what they conclude."""
        self._resolution = resolution
        self._rules: dict[int, list[int]] = {}
        for number, rule in enumerate(resolution.model.horn.rules):
            if all(premise in resolution.reasons for premise in rule.premises):
                self._rules.setdefault(rule.conclusion, []).append(number)
        self.heights = self._heights()

    def steps_to(self, fact: int) -> Iterator[tuple[int, Step | None]]:
        """Give the last steps to a fact with the fact before it; no step where the selection itself gives it."""
        horn = self._resolution.model.horn
        is_selected = False
        for number in self._rules.get(fact, ()):
            rule = horn.rules[number]
            premise = followed_premise(self._resolution, rule.premises)
            source, reached = horn.names[premise], horn.names[fact]
            if source is not None and source.kind in SELECTING:
                is_selected = True
            elif source is not None and reached is not None and rule.cause is not None:
                yield premise, Step(source, reached, rule.cause)
        if is_selected:
            yield fact, None

    def _heights(self) -> Mapping[int, int]:
        """Return for each fact how many rules its shortest derivation takes."""
        rules = self._resolution.model.horn.rules
        heights: dict[int, int] = {}
        for fact, number in self._resolution.reasons.items():
            heights[fact] = 0 if number < 0 else 1 + max(heights[premise] for premise in rules[number].premises)
        return heights
