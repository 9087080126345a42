"""What the steps of a scenario use: agents and their capabilities, with the values they are given."""

from __future__ import annotations

from collections.abc import Iterator

from buildkit.workflow.agents import Capability, agents
from buildkit.workflow.fault import Fault, FaultRule, near, shown, token
from buildkit.workflow.graph import Graph, Node
from buildkit.workflow.model import Operator
from buildkit.workflow.references import Place, Scope, capability_of, values_of
from buildkit.workflow.value_types import ValueType, article, fits, type_of


def value_faults(graph: Graph, scope: Scope) -> Iterator[Fault]:
    """Give unknown agents and capabilities, and values that lead nowhere or are of a wrong type."""
    for node in graph.nodes:
        if node.kind == "action":
            yield from _action_faults(node, scope)
        for below, value in values_of(node):
            found = scope.resolve(value, Place(pointer=f"{node.pointer}{below}", node=node))
            yield from () if found.fault is None else (found.fault,)
        if node.kind == "conditional":
            yield from _condition_faults(node, scope)


def _action_faults(node: Node, scope: Scope) -> Iterator[Fault]:
    yield from _unknown_names(node)
    capability = capability_of(node)
    given = node.tree.get("input", {})
    if isinstance(given, dict):
        for name, value in given.items():
            yield from _input_faults(name, value, node, scope)
        for name in () if capability is None else capability.required:
            if name not in given:
                message = f"the step {shown(node.id)} gives {_what(node)} no {shown(name)}"
                pointer = f"{node.pointer}/input" if "input" in node.tree else node.pointer
                yield Fault(rule=FaultRule.MISSING_INPUT, pointer=pointer, message=message)
    output = node.tree.get("output")
    for name, value in output.items() if isinstance(output, dict) else ():
        place = Place(pointer=f"{node.pointer}/output/{token(name)}", node=node, result=capability or _UNKNOWN)
        found = scope.resolve(value, place)
        yield from () if found.fault is None else (found.fault,)


_UNKNOWN = Capability(summary="", output=ValueType.ANY)
"""What stands for a capability that does not exist, which is told elsewhere."""


def _what(node: Node) -> str:
    return f"{node.tree.get('agent')}.{node.tree.get('capability')}"


def _unknown_names(node: Node) -> Iterator[Fault]:
    name, wanted = node.tree.get("agent"), node.tree.get("capability")
    if not isinstance(name, str):
        return
    agent = agents().get(name)
    if agent is None:
        message = f"the step {shown(node.id)} uses the unknown agent {shown(name)}"
        suggestion = near(name, agents())
        yield Fault(
            rule=FaultRule.UNKNOWN_AGENT, pointer=f"{node.pointer}/agent", message=message, value=shown(name), suggestion=suggestion
        )
    elif isinstance(wanted, str) and wanted not in agent.capability:
        message = f"the agent {name!r} has no capability {shown(wanted)}, only {', '.join(agent.capability)}"
        pointer = f"{node.pointer}/capability"
        suggestion = near(wanted, agent.capability)
        yield Fault(rule=FaultRule.UNKNOWN_CAPABILITY, pointer=pointer, message=message, value=shown(wanted), suggestion=suggestion)


def _input_faults(name: str, value: object, node: Node, scope: Scope) -> Iterator[Fault]:
    place = Place(pointer=f"{node.pointer}/input/{token(name)}", node=node)
    found = scope.resolve(value, place)
    capability = capability_of(node)
    if found.fault is not None:
        yield found.fault
    if capability is not None and name not in capability.inputs:
        message = f"{_what(node)} takes no {shown(name)}, only {', '.join(capability.inputs) or 'nothing'}"
        suggestion = near(name, capability.inputs)
        yield Fault(rule=FaultRule.UNKNOWN_INPUT, pointer=place.pointer, message=message, value=shown(name), suggestion=suggestion)
    elif capability is not None and found.fault is None and isinstance(value, dict):
        what = f"{name} of {_what(node)}"
        yield from _type_faults(what, value, place, given=found.kind, wanted=capability.input_type(name))


def _type_faults(what: str, value: dict[str, object], place: Place, *, given: ValueType, wanted: ValueType) -> Iterator[Fault]:
    for key in ("reference", "immediate", "default"):
        kind = given if key == "reference" else type_of(value.get(key))
        if key in value and not fits(kind, wanted):
            told = shown(value[key])
            message = f"{what}: the {key} {told} is {article(kind)}, not {article(wanted)}"
            yield Fault(rule=FaultRule.WRONG_TYPE, pointer=f"{place.pointer}/{key}", message=message, value=told)


def _condition_faults(node: Node, scope: Scope) -> Iterator[Fault]:
    condition = node.tree.get("condition")
    if not isinstance(condition, dict) or not isinstance(operator := condition.get("operator"), str):
        return
    pointer = f"{node.pointer}/condition"
    if operator == Operator.EXISTS:
        if "right" in condition:
            yield Fault(rule=FaultRule.UNKNOWN_KEY, pointer=f"{pointer}/right", message="the operator exists looks at the left value alone")
    elif "right" not in condition:
        yield Fault(rule=FaultRule.MISSING_KEY, pointer=pointer, message=f'missing key "right": {shown(operator)} compares two values')
    else:
        left, right = (scope.resolve(condition.get(side), Place(pointer=f"{pointer}/{side}", node=node)).kind for side in ("left", "right"))
        if not _is_comparable(operator, left, right):
            message = f"{operator} cannot compare {left} with {right}"
            yield Fault(rule=FaultRule.WRONG_TYPE, pointer=f"{pointer}/operator", message=message, value=shown(operator))


def _is_comparable(operator: str, left: ValueType, right: ValueType) -> bool:
    """Say whether an operator may have an answer for two types: an order is that of numbers or of texts."""
    match operator:
        case Operator.LESS_THAN | Operator.AT_MOST | Operator.GREATER_THAN | Operator.AT_LEAST:
            return any(fits(left, kind) and fits(right, kind) for kind in (ValueType.NUMBER, ValueType.STRING))
        case Operator.CONTAINS:
            return fits(left, ValueType.ARRAY) or (fits(left, ValueType.STRING) and fits(right, ValueType.STRING))
        case _:
            return True
