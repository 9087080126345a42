"""Exact counts of entangled choices: names are decided one after the other, and what is decided alike for the rest is counted together.

The order keeps few undecided names beside decided ones, so that a chain or a cycle of clauses, however long, needs few states.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from buildkit.features.choices import Choices
from buildkit.features.lattice import ones

MOST_STATES = 100_000
"""How many states one count may take."""


class _State(NamedTuple):
    """What is decided of the names that are still to come: those `off`, those `on`, and the groups that are not hit yet."""

    off: int
    on: int
    open: int


class Frontier:
    """Counts the ways to decide some names that belong together."""

    def __init__(self, choices: Choices, names: int) -> None:
        """Take the groups that are about these names."""
        self._choices = choices
        self._names = names
        self._groups = tuple(group for group in choices.needed if group & names)
        self._hits = {place: sum(1 << number for number, group in enumerate(self._groups) if group >> place & 1) for place in ones(names)}

    def count(self) -> int | None:
        """Return the count, `None` where it takes too many states."""
        layer = {_State(off=0, on=0, open=(1 << len(self._groups)) - 1): 1}
        states, left = 0, self._names
        for place in self._order():
            left &= ~(1 << place)
            following: dict[_State, int] = {}
            for state, ways in layer.items():
                for after, times in self._after(state, place):
                    settled = self._settled(after, left)
                    if settled is not None:
                        following[settled] = following.get(settled, 0) + ways * times
            layer = following
            states += len(layer)
            if states > MOST_STATES:
                return None
        return sum(layer.values())

    def _after(self, state: _State, place: int) -> Iterator[tuple[_State, int]]:
        choices = self._choices
        if not state.on >> place & 1:
            yield state._replace(off=state.off | choices.below[place]), 1
        if not state.off >> place & 1:
            on, off = state.on | choices.above[place], state.off | choices.rivals[place]
            yield _State(on=on, off=off, open=state.open & ~self._hits[place]), choices.weights[place]

    def _settled(self, state: _State, left: int) -> _State | None:
        """Return what a state says of the names that are left, `None` where they cannot be decided any more."""
        on, off = state.on & left, state.off & left
        if on & off:
            return None
        still_open = state.open
        for number in ones(state.open):
            group = self._groups[number] & left
            if not group & ~off:
                return None
            if group & on:
                still_open &= ~(1 << number)
        return _State(off=off, on=on, open=still_open)

    def _order(self) -> Iterator[int]:
        """Give the names so that few undecided ones are beside decided ones, and few groups are hit by both."""
        left, beside, begun = self._names, 0, 0
        while left:
            place = min(ones(beside & left or left), key=lambda name: (self._width(name, left, beside, begun), name))
            left &= ~(1 << place)
            beside |= self._choices.neighbors[place]
            begun |= self._hits[place]
            yield place

    def _width(self, place: int, left: int, beside: int, begun: int) -> int:
        left &= ~(1 << place)
        open_groups = sum(1 for number in ones(begun | self._hits[place]) if self._groups[number] & left)
        return ((beside | self._choices.neighbors[place]) & left).bit_count() + open_groups
