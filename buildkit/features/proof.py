"""Proof that something is reached from no allowed selection, or the smallest selections that reach it.

Features only ever add. What does not follow from the largest selection follows from none of its subsets: one closure speaks for all of
them. What does follow is shrunk to a core. The search goes on among the selections that lack one of its members, or where the core breaks
an exclusive group, among those that have one member of that group alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from buildkit.features.lattice import ones
from buildkit.features.space import Selection, Space
from buildkit.records import dataclass

MOST_CORES = 8
"""How many smallest selections are looked for."""

Goals = tuple[int, ...]
"""Masks of facts; a goal is reached when all of its facts are."""


@dataclass(frozen=True, kw_only=True)
class Counterexample:
    """A `core` of features that reach a goal and of which none can be missed, and an `allowed` selection that contains it, as small."""

    core: Selection
    allowed: Selection


def counterexamples(space: Space, goals: Goals, most: int = MOST_CORES) -> tuple[Counterexample, ...]:
    """Return the cores that allowed selections contain, at most `most` of them and the smallest first; none is a proof."""
    return _Search(space, goals).run(most)


class _Search:
    def __init__(self, space: Space, goals: Goals) -> None:
        self._space = space
        self._goals = goals

    def run(self, most: int) -> tuple[Counterexample, ...]:
        found: dict[Selection, Counterexample] = {}
        seen: set[Selection] = set()
        waiting = [Selection(self._space.request.extra)]
        if self._space.complete(Selection(), waiting[0]) is None:
            return ()
        while waiting and len(found) < most:
            universe = waiting.pop()
            if universe in seen:
                continue
            seen.add(universe)
            goal = next(self._reached(universe), None)
            if goal is None:
                continue
            core = self._shrink(universe, goal)
            clash = self._space.clash(self._space.closure(core))
            if clash is not None:
                waiting.extend(self._split(universe, clash))
                continue
            completed = self._space.complete(core, universe)
            if completed is not None and core not in found:
                found[core] = Counterexample(core=core, allowed=self._shrink_allowed(completed))
            waiting.extend(self._without(universe, self._space.own_mask((feature,))) for feature in sorted(core))
        return tuple(sorted(found.values(), key=lambda example: (len(example.allowed), sorted(example.allowed))))

    def _reached(self, selection: Selection) -> Iterator[int]:
        closure = self._space.closure(selection)
        return (goal for goal in self._goals if closure & goal == goal)

    def _reaches(self, selection: Selection, goal: int) -> bool:
        return self._space.closure(selection) & goal == goal

    def _split(self, universe: Selection, group: int) -> Iterator[Selection]:
        """Give for each member of an exclusive group the part of a universe that has no other member: every allowed selection is in one."""
        members = group & self._space.closure(Selection()) or group & self._space.closure(universe)
        for place in ones(members):
            yield self._without(universe, group & ~(1 << place))

    def _without(self, universe: Selection, off: int) -> Selection:
        """Return the features that bring none of those with them that are off."""
        return Selection(name for name in universe if not self._space.above[name] & off)

    def _shrink(self, selection: Selection, goal: int) -> Selection:
        """Return a part that reaches a goal and of which nothing can be missed: by halves first, then one by one, then by weaker names."""
        if self._reaches(Selection(), goal):
            return Selection()
        kept = sorted(selection)
        size = len(kept) // 2
        while size:
            place = 0
            while place < len(kept):
                trial = [*kept[:place], *kept[place + size :]]
                if self._reaches(Selection(trial), goal):
                    kept = trial
                else:
                    place += size
            size //= 2
        return self._weaken(Selection(kept), goal)

    def _weaken(self, core: Selection, goal: int) -> Selection:
        """Put for each feature one that it enables, where that is enough."""
        above = self._space.above
        for feature in sorted(core):
            weaker = (
                name
                for name in above
                if name not in core and above[feature] & self._space.own_mask((name,)) and above[name] != above[feature]
            )
            for name in sorted(weaker, key=lambda name: (above[name].bit_count(), name)):
                trial = core - {feature} | {name}
                if self._reaches(trial, goal):
                    core = trial
                    break
        return core

    def _shrink_allowed(self, selection: Selection) -> Selection:
        for feature in sorted(selection):
            trial = selection - {feature}
            if next(self._reached(trial), None) is not None and self._space.allows(self._space.closure(trial)):
                selection = trial
        return selection
