"""Which steps have run before a step: on every way to it, and on some."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import and_, or_

from buildkit.records import dataclass
from buildkit.workflow.graph import Graph, cycles
from buildkit.workflow.splits import Region


@dataclass(frozen=True, kw_only=True)
class Order:
    """For each step the steps before it, as bits by their place: those that have surely run, and those that may have."""

    surely: Mapping[int, int]
    maybe: Mapping[int, int]

    def has_surely_run(self, step: int, before: int) -> bool:
        """Say whether a step has run on every way to another one."""
        return bool(self.surely.get(before, 0) >> step & 1)

    def may_have_run(self, step: int, before: int) -> bool:
        """Say whether a step has run on some way to another one."""
        return bool(self.maybe.get(before, 0) >> step & 1)


def order_of(graph: Graph, regions: tuple[Region, ...]) -> Order:
    """Return the order of the steps; edges that lead back do not count. All branches of a split have run before its join."""
    back = {(way[-1], way[0]) for way in cycles(graph)}
    ends = {(index, region.join): region for region in regions for index in region.inside}
    surely: dict[int, int] = {}
    maybe: dict[int, int] = {}
    for index in _sorted(graph, back):
        before = [other for other in graph.preceding[index] if (other, index) not in back]
        maybe[index] = reduce(or_, (maybe[other] | 1 << other for other in before), 0)
        ways: list[int] = []
        branches: dict[tuple[int, str], int] = {}
        for other in before:
            region = ends.get((other, index))
            known = surely[other] | 1 << other
            if region is not None:
                key = (region.split, region.branch)
                branches[key] = branches.get(key, known) & known
            elif not any(region.split == other and region.join == index for region in regions):
                ways.append(known)
        splits = {split for split, _ in branches}
        ways += [reduce(or_, (known for (owner, _), known in branches.items() if owner == split)) for split in splits]
        surely[index] = reduce(and_, ways) if ways else 0
    return Order(surely=surely, maybe=maybe)


def _sorted(graph: Graph, back: set[tuple[int, int]]) -> tuple[int, ...]:
    """Return the steps so that each comes after those that lead to it."""
    waiting = {node.index: sum((other, node.index) not in back for other in graph.preceding[node.index]) for node in graph.nodes}
    ready = [index for index, count in waiting.items() if not count]
    ordered: list[int] = []
    while ready:
        index = ready.pop()
        ordered.append(index)
        for other in graph.following[index]:
            if (index, other) not in back:
                waiting[other] -= 1
                if not waiting[other]:
                    ready.append(other)
    return tuple(ordered)
