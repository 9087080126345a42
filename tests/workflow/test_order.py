"""What is said to have run before a step is what has, in every way of running the scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from hypothesis import HealthCheck, assume, given, settings
from scenarios import Tree, steps_of, valid_scenarios

from buildkit.workflow.graph import read_graph
from buildkit.workflow.order import order_of
from buildkit.workflow.splits import regions_of

MOST_CHOICES = 6


class Run:
    """Runs a scenario with the choices of its conditionals, and keeps what had run when each step began."""

    def __init__(self, tree: Tree, choices: Mapping[str, bool]) -> None:
        self.before: dict[str, frozenset[str]] = {}
        self._steps = {step["id"]: step for step in tree["steps"]}
        self._choices = choices
        self._go(tree["start"], None, frozenset())

    def _go(self, name: str, stop: str | None, ran: frozenset[str]) -> frozenset[str]:
        while name != stop:
            step = self._steps[name]
            self.before[name] = ran
            ran |= {name}
            match step["type"]:
                case "finish":
                    return ran
                case "split":
                    ran = ran.union(*(self._go(first, step["join"], ran) for first in step["branches"].values()))
                    name = step["join"]
                case "conditional":
                    name = step["then"] if self._choices[name] else step["else"]
                case _:
                    name = step["next"]
        return ran


def runs(tree: Tree) -> Iterator[Run]:
    names = [step["id"] for step in steps_of(tree, "conditional")]
    return (Run(tree, dict(zip(names, choices, strict=True))) for choices in product((True, False), repeat=len(names)))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=valid_scenarios())
def test_the_order_is_that_of_all_runs(tree: Tree) -> None:
    assume(len(steps_of(tree, "conditional")) <= MOST_CHOICES)
    graph = read_graph(tree)
    order = order_of(graph, regions_of(graph))
    arrivals: dict[str, list[frozenset[str]]] = {}
    for run in runs(tree):
        for name, before in run.before.items():
            arrivals.setdefault(name, []).append(before)
    assert arrivals.keys() == graph.by_id.keys()
    for name, seen in arrivals.items():
        here = graph.by_id[name]
        assert {other for other, place in graph.by_id.items() if order.has_surely_run(place, here)} == frozenset.intersection(*seen)
        assert {other for other, place in graph.by_id.items() if order.may_have_run(place, here)} == frozenset().union(*seen)
