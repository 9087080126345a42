"""Allowed selections that reach something, found or shown not to exist; nothing is counted for that.

What a selection lacks is learned from closures: where one does not reach a goal, neither does the largest selection around it that does
not, so that each one that does has a name which that one lacks. Names that hit all groups so learned are the next selection to look at.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial

from buildkit.features.conflicts import Conflicts, conflicts_of
from buildkit.features.hitting import MOST_STEPS, Hitting
from buildkit.features.lattice import Lattice, ones
from buildkit.features.space import Selection, Space

Test = Callable[[int], bool]
"""Whether a closure is enough; larger ones are then enough as well."""


class Completion:
    """Completes selections of a space, and learns from each question."""

    def __init__(self, space: Space, most_steps: int = MOST_STEPS) -> None:
        """Take the clauses over; `most_steps` bounds the work for one question."""
        self.most_steps = most_steps
        self.space = space
        self.everything = Selection(space.request.extra)
        self._lacking: dict[int, list[int]] = {}
        # Where two features enable a third together, a gap may be filled by what neither fills alone.
        self._needed = list(self._conflicts.needed) if space.is_plain else []

    def complete(self, selection: Selection, within: Selection, goal: int = 0, most: int | None = None) -> Selection | None:
        """Return an allowed selection between the two that reaches a goal, with at most so many names more; `None` where there is none.

        Raises `UsageError` where too many clauses depend on each other.
        """
        if not self._conflicts.is_possible:
            return None
        self._hitting.steps, self._hitting.most_steps = 0, self.most_steps
        seen = set[Selection]()
        waiting = [within]
        while waiting:
            universe = waiting.pop()
            if universe in seen:
                continue
            seen.add(universe)
            found = self._candidate(selection, universe, goal, most)
            if found is None:
                continue
            clash = self.space.clash(self.space.closure(found))
            if clash is None:
                return found
            # Only features that enable a third together, or the selection itself, clash here.
            waiting.extend(universe - {name} for name in sorted(self._clashing(found, clash) - selection))
        return None

    def _candidate(self, selection: Selection, universe: Selection, goal: int, most: int | None) -> Selection | None:
        """Return a selection that has no gap and reaches a goal; it may clash."""
        lacking = self._lacking.setdefault(goal, [])
        while True:
            chosen = self._chosen(selection, universe, [*self._needed, *lacking], most)
            if chosen is None:
                return None
            closure = self.space.closure(chosen)
            gap = self.space.gap(closure)
            if gap is None and closure & goal == goal:
                return chosen
            if gap is None:
                lacking.append(self._outside(chosen, lambda closure: closure & goal == goal))
            else:
                self._needed.append(self._outside(chosen, partial(_meets, gap)))

    def _chosen(self, selection: Selection, universe: Selection, groups: list[int], most: int | None) -> Selection | None:
        taken = self._lattice.mask(selection)
        free = self._lattice.mask(universe) & self._conflicts.free
        for place in ones(taken):
            free &= ~self._conflicts.rivals[place]
        room = len(self.everything) if most is None else most
        names = self._hitting.hit([group & free for group in groups if not group & taken], room)
        return None if names is None else selection | self._lattice.decode(names)

    def _outside(self, selection: Selection, is_enough: Test) -> int:
        """Return the names that a largest selection around one that is not enough lacks."""
        largest = set(selection)
        waiting = [sorted(self.everything - selection)]
        while waiting:
            names = waiting.pop()
            if not is_enough(self.space.closure(largest.union(names))):
                largest.update(names)
            elif len(names) > 1:
                half = len(names) // 2
                waiting.extend((names[half:], names[:half]))
        return self._lattice.mask(self.everything - largest)

    def _clashing(self, selection: Selection, group: int) -> Selection:
        """Return a smallest part that breaks an exclusive group."""
        for name in sorted(selection):
            fewer = selection - {name}
            if (self.space.closure(fewer) & group).bit_count() > 1:
                selection = fewer
        return selection

    @property
    def steps(self) -> int:
        """Return how much work the last question took."""
        return self._hitting.steps

    @property
    def _lattice(self) -> Lattice:
        return self.space.lattice

    @cached_property
    def _conflicts(self) -> Conflicts:
        return conflicts_of(self.space.lattice)

    @cached_property
    def _hitting(self) -> Hitting:
        return Hitting(self._conflicts.rivals)


def _meets(group: int, closure: int) -> bool:
    return bool(closure & group)
