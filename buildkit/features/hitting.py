"""Few names that hit every group, and of which no two are rivals; or the certainty that there are none.

The groups that are not hit yet say all of what is left to do: what fails once for them is not tried again, and groups that share neither
a name nor rivals are hit apart. The work is bounded by steps.
"""

from __future__ import annotations

from collections.abc import Sequence

from buildkit.errors import UsageError
from buildkit.features.lattice import ones, union

MOST_STEPS = 300_000
"""How many partial choices may be looked at until `steps` is set back."""

MOST_GROUPS = 120
"""How many groups may depend on each other; the search goes deeper by one with each."""

Groups = tuple[int, ...]


class Hitting:
    """Hits groups of names, each a mask; `rivals` gives for each place the names that may not be beside it."""

    def __init__(self, rivals: Sequence[int], most_steps: int = MOST_STEPS) -> None:
        """Begin with nothing known."""
        self.steps = 0
        self._rivals = rivals
        self.most_steps = most_steps
        self._failed: dict[Groups, int] = {}

    def hit(self, groups: Sequence[int], most: int) -> int | None:
        """Return at most so many names that hit every group, `None` where there are none; raises `UsageError` after too many steps."""
        return self._hit(_reduced(groups), most)

    def _hit(self, groups: Groups, most: int) -> int | None:
        if not groups:
            return 0
        # More names than groups are never needed, and what fails then fails for any number.
        most = min(most, len(groups))
        if not groups[0] or self._failed.get(groups, -1) >= most or least_hits(groups) > most:
            return None
        self._step(groups)
        parts = self._parts(groups)
        found = self._branch(groups, most) if len(parts) == 1 else self._hit_parts(parts, most)
        if found is None:
            self._failed[groups] = most
        return found

    def _hit_parts(self, parts: Sequence[Groups], most: int) -> int | None:
        """Hit each part with as few names as it can be where names are scarce, so that the others may have the more."""
        room = most - sum(map(least_hits, parts))
        is_scarce = most < sum(map(len, parts))
        chosen = 0
        for part in parts:
            least = least_hits(part)
            sizes = range(least, least + room + 1) if is_scarce else (most,)
            found = next((names for size in sizes if (names := self._hit(part, size)) is not None), None)
            if found is None:
                return None
            room -= found.bit_count() - least if is_scarce else 0
            chosen |= found
        return chosen

    def _branch(self, groups: Groups, most: int) -> int | None:
        """Try the names of a smallest group, those that hit most groups first; what was tried is then left out."""
        left = groups
        for place in sorted(ones(groups[0]), key=lambda place: (-sum(group >> place & 1 for group in groups), place)):
            rivals = self._rivals[place]
            found = self._hit(_reduced(tuple(group & ~rivals for group in left if not group >> place & 1)), most - 1)
            if found is not None:
                return found | 1 << place
            left = tuple(group & ~(1 << place) for group in left)
        return None

    def _parts(self, groups: Groups) -> list[Groups]:
        """Return the groups in parts that share neither a name nor rivals."""
        parts: list[tuple[int, int, Groups]] = []
        for group in groups:
            reach = group
            for place in ones(group):
                reach |= self._rivals[place]
            together = (group, reach)
            members: Groups = (group,)
            apart: list[tuple[int, int, Groups]] = []
            for names, beyond, others in parts:
                if together[1] & names:
                    together, members = (together[0] | names, together[1] | beyond), (*others, *members)
                else:
                    apart.append((names, beyond, others))
            parts = [*apart, (*together, members)]
        return [_reduced(members) for _, _, members in parts]

    def _step(self, groups: Groups) -> None:
        self.steps += 1
        if self.steps > self.most_steps or len(groups) > MOST_GROUPS:
            raise UsageError(
                f"the clauses over {union(*groups).bit_count()} features cannot be decided: too many of them depend on each other",
                hint="merge groups of exclusive and at-least-one-of that overlap, or list fewer features under extra",
            )


def least_hits(groups: Groups) -> int:
    """Return a number of names below which some group stays without: there are so many that share no name."""
    number = used = 0
    for group in groups:
        if not group & used:
            number += 1
            used |= group
    return number


def _reduced(groups: Sequence[int]) -> Groups:
    """Return the groups that say something, the smallest first: one that contains another is hit with it."""
    kept: list[int] = []
    for group in sorted(set(groups), key=lambda group: (group.bit_count(), group)):
        if all(other & ~group for other in kept):
            kept.append(group)
    return tuple(kept)
