"""Exact counts of choices in which each name rules out many others: a name is on or it is off, and what falls apart is counted apart."""

from __future__ import annotations

from buildkit.features.choices import Choices, parts_of
from buildkit.features.lattice import ones

MOST_WORK = 300_000
"""How many names the terms of one count may have together."""

DEEPEST = 200
"""How many names may be decided on the way to a term."""


class TooManyTermsError(Exception):
    """A count takes more terms than it may."""


class Branching:
    """Counts the ways to decide some names that belong together."""

    def __init__(self, choices: Choices) -> None:
        """Begin with nothing known."""
        self._choices = choices
        self._known: dict[tuple[int, int], int] = {}
        self._work = 0

    def count(self, names: int) -> int | None:
        """Return the count, `None` where it takes too many terms."""
        needed = self._choices.needed
        try:
            return self._count(names, sum(1 << number for number, group in enumerate(needed) if group & names), 0)
        except TooManyTermsError:
            return None

    def _count(self, names: int, unhit: int, depth: int) -> int:
        groups = {number: self._choices.needed[number] & names for number in ones(unhit)}
        if not all(groups.values()):
            return 0
        total = 1
        for part in parts_of(self._choices, names, tuple(groups.values())):
            total *= self._of_part(part, sum(1 << number for number, group in groups.items() if group & part), depth)
            if not total:
                break
        return total

    def _of_part(self, part: int, unhit: int, depth: int) -> int:
        known = self._known.get((part, unhit))
        if known is None:
            self._work += part.bit_count()
            if self._work > MOST_WORK or depth > DEEPEST:
                raise TooManyTermsError
            choices = self._choices
            place = max(ones(part), key=lambda name: (choices.neighbors[name] & part).bit_count())
            hit = sum(1 << number for number in ones(unhit) if choices.needed[number] >> place & 1)
            on = self._count(part & ~(choices.above[place] | choices.rivals[place]), unhit & ~hit, depth + 1)
            off = self._count(part & ~choices.below[place], unhit, depth + 1)
            known = self._known[part, unhit] = choices.weights[place] * on + off
        return known
