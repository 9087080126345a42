"""The branches of splits: which steps belong to each, and whether all of them come together as they must."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, groupby, islice

from buildkit.records import dataclass
from buildkit.workflow.fault import Fault, FaultRule, shown
from buildkit.workflow.graph import Edge, Graph, Node


@dataclass(frozen=True, kw_only=True)
class Region:
    """A branch: the split it belongs to, the step that joins it, and the steps from its first one to there."""

    split: int
    branch: str
    pointer: str
    join: int
    inside: frozenset[int]


def regions_of(graph: Graph) -> tuple[Region, ...]:
    """Return the branches whose steps exist, in the order of the document: no more than there are steps.

    As each branch has a step of its own, there are never more where all is well.
    """
    splits = (node for node in graph.nodes if node.kind == "split")
    return tuple(islice((region for node in splits for region in _regions(node, graph)), len(graph.nodes)))


def _join_of(node: Node, graph: Graph) -> int | None:
    return next((graph.by_id.get(edge.name) for edge in node.edges if edge.branch is None), None)


def _regions(node: Node, graph: Graph) -> Iterator[Region]:
    join = _join_of(node, graph)
    if join is None:
        return
    for edge in node.edges:
        if edge.branch is not None and edge.name in graph.by_id:
            inside = graph.reach((graph.by_id[edge.name],), without=(join, node.index))
            yield Region(split=node.index, branch=edge.branch, pointer=edge.pointer, join=join, inside=inside)


def split_faults(graph: Graph, regions: tuple[Region, ...]) -> Iterator[Fault]:
    """Give what is wrong with the branches of splits."""
    yield from _shared_joins(graph)
    branches = sum(edge.branch is not None for node in graph.nodes for edge in node.edges)
    if branches > len(graph.nodes):
        message = f"the splits have {branches:,} branches, and there are {len(graph.nodes):,} steps: each branch needs one of its own"
        yield _fault("/steps", message, str(branches))
    for _, group in groupby(regions, key=lambda region: region.split):
        siblings = tuple(group)
        for region in siblings:
            yield from _ways_out(region, graph)
            yield from _ways_in(region, siblings, graph)
        yield from _overlaps(siblings, graph)


def _fault(pointer: str, message: str, name: str) -> Fault:
    return Fault(rule=FaultRule.SPLIT, pointer=pointer, message=message, value=name)


def _shared_joins(graph: Graph) -> Iterator[Fault]:
    owners: dict[int, Node] = {}
    for node in (node for node in graph.nodes if node.kind == "split"):
        join = _join_of(node, graph)
        if join is None:
            continue
        other = owners.setdefault(join, node)
        if other is not node:
            message = f"the splits {shown(other.id)} and {shown(node.id)} both join at {graph.name(join)}: each needs a step of its own to join at"
            yield _fault(f"{node.pointer}/join", message, graph.name(join))


def _ways_out(region: Region, graph: Graph) -> Iterator[Fault]:
    """Give the ends of a branch that are not its join."""
    what = f"the branch {shown(region.branch)} of the split {graph.name(region.split)}"
    if not region.inside:
        yield _fault(region.pointer, f"{what} has no step of its own", graph.name(region.join))
        return
    for index in sorted(region.inside):
        if graph.nodes[index].kind == "finish":
            message = f"{what} ends at {graph.name(index)}, and not at the step {graph.name(region.join)} that joins it"
            yield _fault(region.pointer, message, graph.name(index))
    back = [index for index in region.inside if region.split in graph.following[index]]
    joined = any(region.join in graph.following[index] for index in region.inside)
    stuck = any(edge.name not in graph.by_id for index in region.inside for edge in graph.nodes[index].edges)
    ends = any(graph.nodes[index].kind in ("finish", "") for index in region.inside)
    if not (joined or stuck or ends or back):
        yield _fault(region.pointer, f"{what} never comes to the step {graph.name(region.join)} that joins it", graph.name(region.join))


def _ways_in(region: Region, siblings: tuple[Region, ...], graph: Graph) -> Iterator[Fault]:
    """Give the steps outside of all the branches that lead into one; what branches share is told by itself."""
    beside = frozenset[int]().union(*(sibling.inside for sibling in siblings))
    for index in sorted(region.inside):
        for other in graph.preceding[index]:
            if other not in beside and other != region.split:
                edge = _edge(graph.nodes[other], graph.nodes[index].id)
                message = (
                    f"the step {graph.name(other)} leads into the branch {shown(region.branch)} of the split {graph.name(region.split)}, "
                    "which only the split may begin"
                )
                yield _fault(edge.pointer, message, graph.name(index))


def _edge(node: Node, name: str) -> Edge:
    return next(edge for edge in node.edges if edge.name == name)


def _overlaps(siblings: tuple[Region, ...], graph: Graph) -> Iterator[Fault]:
    """Give the steps that two branches of one split share before their join; the first of them stands for all."""
    for region, other in combinations(siblings, 2):
        if shared := region.inside & other.inside:
            first = graph.name(min(shared))
            message = (
                f"the branches {shown(region.branch)} and {shown(other.branch)} of the split {graph.name(region.split)} "
                f"share the step {first} before they join at {graph.name(region.join)}"
            )
            yield _fault(other.pointer, message, first)
