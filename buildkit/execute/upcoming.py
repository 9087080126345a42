"""The calls of a run in order, of which the next one is started before the last one has ended.

A cargo that waits for the lock of a folder has read the manifests and the lock file, resolved features and drawn its unit graph by then: on a
workspace of 750 packages that takes half a second, in which no core would compile anything.
"""

from __future__ import annotations

from collections.abc import Iterable

from buildkit.execute.context import Context
from buildkit.execute.disk import is_in_use
from buildkit.execute.grouping import Group, Way
from buildkit.execute.joint import JointCall
from buildkit.execute.sessions import check_tree


class Upcoming:
    """Gives groups one after another, and has at most one of their calls started before its turn."""

    def __init__(self, context: Context, groups: Iterable[Group]) -> None:
        """Begin before the first group; no group is asked for before it is needed."""
        self._context = context
        self._groups = iter(groups)
        self._next: Group | None = None
        self._begun: JointCall | None = None

    def take(self) -> Group | None:
        """Return the next group, `None` after the last one."""
        group, self._next = self._next or next(self._groups, None), None
        return group

    def call(self, group: Group) -> JointCall:
        """Return the call of the group that was taken last, where its cells share one."""
        call, self._begun = self._begun or JointCall(self._context, group), None
        return call

    @property
    def is_begun(self) -> bool:
        """Say whether a call was started before its turn, and has not been taken."""
        return self._begun is not None

    def begin_after(self, group: Group) -> None:
        """Start the call that comes after that of a group, if it compiles into the same folder, where cargo makes it wait.

        One that nobody may want any more, because a cell may fail before, is not started.
        """
        if self._context.fail_fast or self._begun is not None:
            return
        self._next = self._next or next(self._groups, None)
        if self._next is None or self._next.target != group.target or self._next.way is Way.ALONE:
            return
        if is_in_use(self._context.output, check_tree(self._context, group.target)):
            self._begun = JointCall(self._context, self._next)
            self._begun.begin()
