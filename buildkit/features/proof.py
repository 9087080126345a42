"""Proof that something is reached from no allowed selection, or the smallest selections that reach it.

Features only ever add. What does not follow from the largest selection follows from none of its subsets: one closure speaks for all of
them. What does follow is shrunk to a core, and the core is completed to a selection that the clauses allow. Where that cannot be done, the
question goes to the clauses and the goal at once. Nothing is counted.
"""

from __future__ import annotations

from collections.abc import Iterator

from buildkit.errors import UsageError
from buildkit.features.completion import Completion
from buildkit.features.space import Selection
from buildkit.records import dataclass

MOST_CORES = 8
"""How many smallest selections are looked for."""

MOST_UNIVERSES = 200
"""In how many parts further selections are looked for; the first one is all of them, and settles whether there is any."""

STEPS_FOR_SMALLEST = 20_000
"""How much work goes into a selection of fewer features than the first that was found, for each size."""

Goals = tuple[int, ...]
"""Masks of facts; a goal is reached when all of its facts are."""


@dataclass(frozen=True, kw_only=True)
class Counterexample:
    """A `core` of features that reach a goal and of which none can be missed, and an `allowed` selection that contains it, as small."""

    core: Selection
    allowed: Selection


def counterexamples(completion: Completion, goals: Goals, most: int = MOST_CORES) -> tuple[Counterexample, ...]:
    """Return the cores that allowed selections contain, at most `most` of them and the smallest first; none is a proof.

    Raises `UsageError` where the clauses are too entangled to tell.
    """
    return _Search(completion, goals).run(most)


class _Search:
    def __init__(self, completion: Completion, goals: Goals) -> None:
        self._completion = completion
        self._space = completion.space
        self._goals = goals

    def run(self, most: int) -> tuple[Counterexample, ...]:
        """Look among all selections first: where no example is among them, there is none. Further examples lack a feature of that core."""
        found: dict[Selection, Counterexample] = {}
        seen: set[Selection] = set()
        waiting = [self._completion.everything]
        while waiting and len(found) < most and len(seen) < MOST_UNIVERSES:
            universe = waiting.pop()
            if universe in seen:
                continue
            seen.add(universe)
            example = self._example(universe)
            if example is not None:
                found.setdefault(example.core, example)
                waiting.extend(self._without(universe, self._space.own_mask((feature,))) for feature in sorted(example.core))
        return self._with_smallest(sorted(found.values(), key=lambda example: (len(example.allowed), sorted(example.allowed))))

    def _example(self, universe: Selection) -> Counterexample | None:
        for goal in tuple(self._reached(universe)):
            core = self._shrink(universe, goal)
            completed = self._completion.complete(core, universe)
            if completed is None:
                found = self._completion.complete(Selection(), universe, goal)
                if found is None:
                    continue
                core = self._shrink(found, goal)
                completed = self._completion.complete(core, universe) or found
            return Counterexample(core=core, allowed=self._shrink_allowed(completed))
        return None

    def _with_smallest(self, found: list[Counterexample]) -> tuple[Counterexample, ...]:
        """Put a selection of fewest features first, where those found have more and the search for it ends."""
        completion = Completion(self._space, STEPS_FOR_SMALLEST)
        sizes = range(len(found[0].allowed)) if found else ()
        try:
            smaller = (self._of_size(completion, goal, size) for size in sizes for goal in self._goals)
            smallest = next((example for example in smaller if example is not None), None)
        except UsageError:
            return tuple(found)
        return tuple(found) if smallest is None else (smallest, *(example for example in found if example.core != smallest.core))

    def _of_size(self, completion: Completion, goal: int, size: int) -> Counterexample | None:
        allowed = completion.complete(Selection(), completion.everything, goal, size)
        return None if allowed is None else Counterexample(core=self._shrink_among(allowed, goal), allowed=allowed)

    def _reached(self, selection: Selection) -> Iterator[int]:
        closure = self._space.closure(selection)
        return (goal for goal in self._goals if closure & goal == goal)

    def _reaches(self, selection: Selection, goal: int) -> bool:
        return self._space.closure(selection) & goal == goal

    def _without(self, universe: Selection, off: int) -> Selection:
        """Return the features that bring none of those with them that are off."""
        return Selection(name for name in universe if not self._space.above[name] & off)

    def _shrink(self, selection: Selection, goal: int) -> Selection:
        """Return a core of a selection, with weaker names where they are enough."""
        return self._weaken(self._shrink_among(selection, goal), goal)

    def _shrink_among(self, selection: Selection, goal: int) -> Selection:
        """Return a part that reaches a goal and of which nothing can be missed: by halves first, then one by one."""
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
        return Selection(kept)

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
