"""Whether the agents of a scenario work on a compilation target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from buildkit.errors import UsageError
from buildkit.model import CompilationTarget
from buildkit.workflow.agents import Level, Platform, agents
from buildkit.workflow.fault import Fault, FaultRule, shown
from buildkit.workflow.graph import Graph, Node
from buildkit.workflow.references import capability_of


def platform_of(target: CompilationTarget) -> Platform:
    """Return what a target is to agents; raises `UsageError` for one of which the support matrix says nothing."""
    if target.stdlib_feature not in tuple(Platform):
        known = ", ".join(Platform)
        raise UsageError(
            f"no agent works on the target {target.name!r}: its stdlib_feature is {target.stdlib_feature!r}, none of {known}",
            hint="buildkit targets",
        )
    return Platform(target.stdlib_feature)


def support_faults(graph: Graph, wanted: Mapping[str, CompilationTarget], all_targets: Mapping[str, CompilationTarget]) -> Iterator[Fault]:
    """Give every step whose agent does not work on a wanted target, with the targets that have it."""
    for node in _calling(graph):
        for name, target in wanted.items():
            reason = _refusal(node, platform_of(target))
            if reason is None:
                continue
            others = targets_of(node, all_targets)
            elsewhere = f"it works on {', '.join(others)}" if others else "no target here has it"
            agent = shown(node.tree["agent"])
            message = f"the step {shown(node.id)} uses the agent {agent} ({node.tree['capability']}), which the target {name} does not have: {reason}; {elsewhere}"
            yield Fault(rule=FaultRule.UNSUPPORTED, pointer=f"{node.pointer}/agent", message=message, value=agent)


def limits(graph: Graph, wanted: Mapping[str, CompilationTarget]) -> Iterator[Fault]:
    """Give the steps whose agent works on a wanted target only in part."""
    for node in _calling(graph):
        for name, target in wanted.items():
            support = agents()[node.tree["agent"]].support[platform_of(target)]
            if support.level is Level.LIMITED and _refusal(node, platform_of(target)) is None:
                message = f"the agent {node.tree['agent']} of the step {shown(node.id)} is limited on {name}: {support.note}"
                yield Fault(rule=FaultRule.UNSUPPORTED, pointer=f"{node.pointer}/agent", message=message, value=shown(node.tree["agent"]))


def fitting(graph: Graph, targets: Mapping[str, CompilationTarget]) -> tuple[str, ...]:
    """Return the targets that have every agent of the scenario."""
    nodes = tuple(_calling(graph))
    return tuple(name for name, target in targets.items() if all(_works(node, target) for node in nodes))


def targets_of(node: Node, targets: Mapping[str, CompilationTarget]) -> tuple[str, ...]:
    """Return the targets that have what a step calls."""
    return tuple(name for name, target in targets.items() if _works(node, target))


def _calling(graph: Graph) -> Iterator[Node]:
    return (node for node in graph.nodes if capability_of(node) is not None)


def _works(node: Node, target: CompilationTarget) -> bool:
    return target.stdlib_feature in tuple(Platform) and _refusal(node, platform_of(target)) is None


def _refusal(node: Node, platform: Platform) -> str | None:
    return agents()[node.tree["agent"]].refusal(node.tree["capability"], platform)
