"""The steps of a scenario as a graph, built from whatever of the document can be read, so that all faults are found at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from buildkit.records import dataclass
from buildkit.workflow.fault import Fault, FaultRule, near, shown, token
from buildkit.workflow.model import MOST_STEPS

_SINGLE: Final[Mapping[str, tuple[str, ...]]] = {
    "action": ("next",),
    "delay": ("next",),
    "split": ("join",),
    "conditional": ("then", "else"),
    "finish": (),
}


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A step named by another: the pointer to the name, the name, and the branch of a split that begins there."""

    pointer: str
    name: str
    branch: str | None = None


@dataclass(frozen=True, kw_only=True)
class Node:
    """A step as it can be read: `kind` and `id` are empty where the document has none."""

    index: int
    id: str
    kind: str
    tree: Mapping[str, Any]
    edges: tuple[Edge, ...]

    @property
    def pointer(self) -> str:
        """Return the JSON pointer of the step."""
        return f"/steps/{self.index}"


@dataclass(frozen=True, kw_only=True)
class Graph:
    """The steps by their place in the document, the first step of each id, and which steps follow each."""

    nodes: tuple[Node, ...]
    by_id: Mapping[str, int]
    start: Edge | None
    following: Mapping[int, tuple[int, ...]]
    preceding: Mapping[int, tuple[int, ...]]

    def name(self, index: int) -> str:
        """Return a step as a message shows it."""
        return shown(self.nodes[index].id)

    def reach(self, first: Collection[int], *, without: Collection[int] = ()) -> frozenset[int]:
        """Return the steps that can be come to from some, these included, on ways that leave some out."""
        found = {index for index in first if index not in without}
        waiting = list(found)
        while waiting:
            fresh = [index for index in self.following[waiting.pop()] if index not in found and index not in without]
            found.update(fresh)
            waiting += fresh
        return frozenset(found)


def read_graph(tree: Any) -> Graph:
    """Return the graph of a scenario's document, with no step where there are more than may be."""
    listed = tree.get("steps") if isinstance(tree, dict) else None
    if not isinstance(listed, list) or len(listed) > MOST_STEPS:
        return Graph(nodes=(), by_id={}, start=None, following={}, preceding={})
    nodes = tuple(_node(index, step) for index, step in enumerate(listed))
    by_id: dict[str, int] = {}
    for node in nodes:
        if node.id:
            by_id.setdefault(node.id, node.index)
    start = tree.get("start")
    entry = Edge(pointer="/start", name=start) if isinstance(start, str) else None
    following = {node.index: tuple(dict.fromkeys(by_id[edge.name] for edge in node.edges if edge.name in by_id)) for node in nodes}
    preceding: dict[int, list[int]] = {node.index: [] for node in nodes}
    for index, others in following.items():
        for other in others:
            preceding[other].append(index)
    before = {index: tuple(others) for index, others in preceding.items()}
    return Graph(nodes=nodes, by_id=by_id, start=entry, following=following, preceding=before)


def _node(index: int, step: object) -> Node:
    tree: Mapping[str, Any] = step if isinstance(step, dict) else {}
    identity, kind = tree.get("id"), tree.get("type")
    kind = kind if isinstance(kind, str) and kind in _SINGLE else ""
    edges = tuple(_edges(f"/steps/{index}", kind, tree))
    return Node(index=index, id=identity if isinstance(identity, str) else "", kind=kind, tree=tree, edges=edges)


def _edges(pointer: str, kind: str, tree: Mapping[str, Any]) -> Iterator[Edge]:
    branches = tree.get("branches")
    if kind == "split" and isinstance(branches, dict):
        for name, target in branches.items():
            if isinstance(target, str):
                yield Edge(pointer=f"{pointer}/branches/{token(name)}", name=target, branch=name)
    for key in _SINGLE.get(kind, ()):
        if isinstance(target := tree.get(key), str):
            yield Edge(pointer=f"{pointer}/{key}", name=target)


def graph_faults(graph: Graph) -> Iterator[Fault]:
    """Give ids that are used twice, names of steps that do not exist, cycles, and steps that no way leads to."""
    for node in graph.nodes:
        first = graph.by_id.get(node.id, node.index)
        if first != node.index:
            message = f"two steps have the id {shown(node.id)}: /steps/{first} and {node.pointer}"
            yield Fault(rule=FaultRule.DUPLICATE_ID, pointer=f"{node.pointer}/id", message=message, value=shown(node.id))
        yield from (_unknown(edge, graph) for edge in node.edges if edge.name not in graph.by_id)
    if graph.start is not None and graph.start.name not in graph.by_id:
        yield _unknown(graph.start, graph)
    yield from (_cycle(way, graph) for way in cycles(graph))
    yield from _unreachable(graph)


def _unknown(edge: Edge, graph: Graph) -> Fault:
    value = shown(edge.name)
    suggestion = near(edge.name, graph.by_id)
    return Fault(rule=FaultRule.UNKNOWN_STEP, pointer=edge.pointer, message=f"there is no step {value}", value=value, suggestion=suggestion)


def _unreachable(graph: Graph) -> Iterator[Fault]:
    if graph.start is None or graph.start.name not in graph.by_id:
        return
    reached = graph.reach((graph.by_id[graph.start.name],))
    for node in graph.nodes:
        if node.index not in reached and graph.by_id.get(node.id) == node.index:
            message = f"no way leads from the start to the step {shown(node.id)}"
            yield Fault(rule=FaultRule.UNREACHABLE_STEP, pointer=node.pointer, message=message, value=shown(node.id))


def _cycle(way: Sequence[int], graph: Graph) -> Fault:
    last = graph.nodes[way[-1]]
    first = graph.nodes[way[0]]
    edge = next(edge for edge in last.edges if edge.name == first.id)
    names = [shown(graph.nodes[index].id) for index in way]
    parts = names if len(names) <= _LONGEST_WAY else [*names[: _LONGEST_WAY - 1], f"{len(names) - _LONGEST_WAY} more", names[-1]]
    message = f"the steps run in a circle: {' → '.join((*parts, names[0]))}"
    return Fault(rule=FaultRule.CYCLE, pointer=edge.pointer, message=message, value=shown(edge.name))


_LONGEST_WAY: Final = 8
"""How many steps of a circle a message names."""


def cycles(graph: Graph) -> Iterator[tuple[int, ...]]:
    """Give a circle for each edge that leads back, as the steps on it."""
    return (tuple(way[way.index(target) :]) for way, target in _returns(graph))


def back_edges(graph: Graph) -> frozenset[tuple[int, int]]:
    """Return the edges that lead back; without them no circle is left."""
    return frozenset((way[-1], target) for way, target in _returns(graph))


def _returns(graph: Graph) -> Iterator[tuple[list[int], int]]:
    """Give the way to each edge that leads back, which is valid until the next one is asked for, and the step it leads back to."""
    done: set[int] = set()
    first = graph.by_id.get(graph.start.name) if graph.start is not None else None
    for root in (*(() if first is None else (first,)), *range(len(graph.nodes))):
        if root in done:
            continue
        way, ahead, around = [root], [iter(graph.following[root])], {root}
        while way:
            index = next(ahead[-1], None)
            if index is None:
                done.add(way[-1])
                around.discard(way.pop())
                ahead.pop()
            elif index in around:
                yield way, index
            elif index not in done:
                way.append(index)
                around.add(index)
                ahead.append(iter(graph.following[index]))
