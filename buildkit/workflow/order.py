"""Which steps have run before a step: on every way to it, and on some."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import reduce
from operator import and_, or_

from buildkit.records import dataclass
from buildkit.workflow.graph import Graph, back_edges
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
    back = back_edges(graph)
    joined: dict[int, list[Region]] = {}
    for region in regions:
        joined.setdefault(region.join, []).append(region)
    surely: dict[int, int] = {}
    maybe: dict[int, int] = {}
    for index in _sorted(graph, back):
        known = {other: surely[other] | 1 << other for other in graph.preceding[index] if (other, index) not in back}
        maybe[index] = reduce(or_, (maybe[other] | 1 << other for other in known), 0)
        ways = tuple(_ways(known, joined.get(index, ())))
        surely[index] = reduce(and_, ways) if ways else 0
    return Order(surely=surely, maybe=maybe)


def _ways(known: Mapping[int, int], joining: Sequence[Region]) -> Iterator[int]:
    """Give what has run on each way to a step, as bits; the branches that it joins are one way together. `known` is by the step before."""
    splits = {region.split for region in joining}
    inside = splits.union(*(region.inside for region in joining))
    yield from (bits for other, bits in known.items() if other not in inside)
    for split in splits:
        branches = ([bits for other, bits in known.items() if other in region.inside] for region in joining if region.split == split)
        ended = [reduce(and_, branch) for branch in branches if branch]
        if ended:
            yield reduce(or_, ended)


def _sorted(graph: Graph, back: Collection[tuple[int, int]]) -> tuple[int, ...]:
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
