"""The groups of a run in order, of which the next one can be looked at before its turn."""

from __future__ import annotations

from collections.abc import Iterable

from buildkit.execute.grouping import Group


class Upcoming:
    """Gives groups one after another; none is asked for before it is needed."""

    def __init__(self, groups: Iterable[Group]) -> None:
        """Begin before the first group."""
        self._groups = iter(groups)
        self._next: Group | None = None

    @property
    def next(self) -> Group | None:
        """Return the next group without taking it, `None` after the last one."""
        self._next = self._next or next(self._groups, None)
        return self._next

    def take(self) -> Group | None:
        """Return the next group, `None` after the last one."""
        group, self._next = self.next, None
        return group
