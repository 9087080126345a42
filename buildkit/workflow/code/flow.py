"""In which order steps run: the ways of a scenario, and how their forks and meetings become `if`s, one inside of another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from buildkit.records import dataclass
from buildkit.workflow.graph import Graph
from buildkit.workflow.splits import Region, regions_of

DEEPEST: Final = 6
"""How many `if`s may stand inside each other."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """Steps that run one after another: those of the scenario outside of all branches, or those of a branch outside of its own splits.

    `first` and `stop` are the step that it begins with and the one before which it ends (`None`: it ends with the scenario).
    """

    first: int
    stop: int | None = None
    branch: Region | None = None


@dataclass(frozen=True, kw_only=True)
class Run:
    """Run a step; one that finishes the scenario ends the way."""

    step: int


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Run a conditional, and one of two rows of parts."""

    step: int
    then: tuple[Part, ...] = ()
    otherwise: tuple[Part, ...] = ()


Part = Run | Choice


@dataclass(frozen=True, kw_only=True)
class Flow:
    """The ways of a scenario, and what follows a step on its own way; `order` is one in which steps may run, branch after branch."""

    graph: Graph
    order: tuple[int, ...]
    branches: Mapping[int, Way]
    """The ways that begin with a step, by that step."""

    main: Way

    def after(self, step: int) -> tuple[int, ...]:
        """Return what follows a step on its way: after a split what joins it, after a conditional `then` and `else`."""
        return tuple(self.graph.by_id[edge.name] for edge in self.graph.nodes[step].edges if edge.branch is None)

    def reach(self, first: int, stop: int | None) -> frozenset[int]:
        """Return the steps from one on, on its way, without the one to stop at."""
        found: set[int] = set()
        waiting = [first]
        while waiting:
            step = waiting.pop()
            if step != stop and step not in found:
                found.add(step)
                waiting += self.after(step)
        return frozenset(found)

    def steps(self, way: Way) -> tuple[int, ...]:
        """Return the steps of a way in the order in which they may run."""
        reached = self.reach(way.first, way.stop)
        return tuple(step for step in self.order if step in reached)


def flow_of(graph: Graph, start: int) -> Flow:
    """Return the flow of a scenario without faults."""
    ways = (Way(first=graph.by_id[_first(region, graph)], stop=region.join, branch=region) for region in regions_of(graph))
    return Flow(graph=graph, order=_order(graph, start), branches={way.first: way for way in ways}, main=Way(first=start))


def _first(region: Region, graph: Graph) -> str:
    return next(edge.name for edge in graph.nodes[region.split].edges if edge.branch == region.branch)


def _order(graph: Graph, start: int) -> tuple[int, ...]:
    """Return the steps so that each comes after all that lead to it, and the ways of a fork one after the other."""
    done: list[int] = []
    seen = {start}
    waiting = [(start, iter(graph.following[start][::-1]))]
    while waiting:
        step, ahead = waiting[-1]
        following = next((other for other in ahead if other not in seen), None)
        if following is None:
            done.append(step)
            waiting.pop()
        else:
            seen.add(following)
            waiting.append((following, iter(graph.following[following][::-1])))
    return tuple(reversed(done))


def parts_of(way: Way, flow: Flow) -> tuple[Part, ...] | None:
    """Return a way with its forks inside of each other; `None` where two of them cross, or too many stand inside each other."""
    try:
        return _Weaver(flow).parts(way.first, way.stop, depth=0)
    except _CrossedError:
        return None


class _CrossedError(Exception):
    """There is no such row of parts."""


class _Weaver:
    """Puts steps into rows of parts."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._place = {step: place for place, step in enumerate(flow.order)}

    def parts(self, first: int, stop: int | None, *, depth: int) -> tuple[Part, ...]:
        """Return the parts from a step to the one before the stop."""
        if depth > DEEPEST:
            raise _CrossedError
        parts: list[Part] = []
        step: int | None = first
        while step is not None and step != stop:
            ways = tuple(dict.fromkeys(self._flow.after(step)))
            if len(ways) > 1:
                part, step = self._fork(step, ways, stop, depth=depth)
                parts.append(part)
            else:
                parts.append(Run(step=step))
                step = ways[0] if ways else None
        return tuple(parts)

    def _fork(self, step: int, ways: tuple[int, ...], stop: int | None, *, depth: int) -> tuple[Part, int | None]:
        """Return the choice of a conditional, and the step after it."""
        then, otherwise = ways
        taken, left = self._flow.reach(then, stop), self._flow.reach(otherwise, stop)
        meeting = min(taken & left, key=self._place.__getitem__, default=stop)
        if taken & left:
            self._must_meet_at(meeting, (taken, left), step, stop)
        elif not self._leads_to(stop, then, taken) and (self._leads_to(stop, otherwise, left) or len(taken) < len(left)):
            return Choice(step=step, then=self.parts(then, stop, depth=depth + 1)), otherwise
        elif not self._leads_to(stop, otherwise, left):
            return Choice(step=step, otherwise=self.parts(otherwise, stop, depth=depth + 1)), then
        rows = [self.parts(way, meeting, depth=depth + 1) for way in ways]
        return Choice(step=step, then=rows[0], otherwise=rows[1]), meeting

    def _must_meet_at(self, meeting: int | None, ways: tuple[frozenset[int], frozenset[int]], step: int, stop: int | None) -> None:
        """Refuse two ways that come together at more than one step, or of which a part goes past it."""
        taken, left = ways
        shared = taken & left
        entered = {other for before in (step, *(taken ^ left)) for other in self._flow.after(before) if other in shared or other == stop}
        if entered != {meeting}:
            raise _CrossedError

    def _leads_to(self, stop: int | None, first: int, reached: frozenset[int]) -> bool:
        return first == stop or any(stop in self._flow.after(step) for step in reached)
