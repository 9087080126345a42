"""References of a scenario: where each leads, whether what it names has run, and what type stands there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from buildkit.records import dataclass
from buildkit.workflow.agents import Capability, agents
from buildkit.workflow.fault import Fault, FaultRule, near, shown, token
from buildkit.workflow.graph import Graph, Node
from buildkit.workflow.order import Order
from buildkit.workflow.value_types import ValueType, type_of

ROOTS: Final = ("data", "steps", "result")
_MISPLACED: Final = {"steps": "names no step", "result": "is known only in the output of an action"}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a value stands: its JSON pointer, the step it is of, and the answer that `result` means there (`None`: it means nothing)."""

    pointer: str
    node: Node
    result: Capability | None = None


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """What a value comes to: its type, or what is wrong with it."""

    kind: ValueType = ValueType.ANY
    fault: Fault | None = None


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What references may name: the scenario's inputs (`None`: they cannot be read), and the steps with their order."""

    inputs: Mapping[str, Any] | None
    graph: Graph
    order: Order
    reached: frozenset[int]

    def resolve(self, value: object, place: Place) -> Resolved:
        """Return what a value of the document comes to."""
        if not isinstance(value, dict):
            return Resolved()
        if ("reference" in value) == ("immediate" in value):
            said = "both a reference and an immediate value" if "reference" in value else "neither a reference nor an immediate value"
            return Resolved(fault=Fault(rule=FaultRule.REFERENCE, pointer=place.pointer, message=f"the value has {said}"))
        if "immediate" in value:
            if "default" in value:
                message = "an immediate value needs no default"
                return Resolved(fault=Fault(rule=FaultRule.REFERENCE, pointer=f"{place.pointer}/default", message=message))
            return Resolved(kind=type_of(value["immediate"]))
        path = value["reference"]
        return self._follow(path, place, has_default="default" in value) if isinstance(path, str) and path else Resolved()

    def _follow(self, path: str, place: Place, *, has_default: bool) -> Resolved:
        root, *parts = path.split(".")
        if "" in (root, *parts):
            return _wrong(place, path, f"the reference {shown(path)} has an empty part")
        match root:
            case "data":
                return self._input(path, parts, place)
            case "steps" if parts:
                return self._step(path, parts, place, has_default=has_default)
            case "result" if place.result is not None:
                return _into(place, path, parts, place.result)
        misplaced = _MISPLACED.get(root)
        if misplaced is not None:
            return _wrong(place, path, f"{shown(path)} {misplaced}")
        return _wrong(place, path, f"the reference {shown(path)} begins with none of {', '.join(ROOTS)}", near(root, ROOTS))

    def _input(self, path: str, parts: list[str], place: Place) -> Resolved:
        if self.inputs is None:
            return Resolved()
        if not parts:
            return Resolved(kind=ValueType.OBJECT)
        if parts[0] not in self.inputs:
            message = f"{shown(path)}: the scenario has no input {shown(parts[0])}"
            return _wrong(place, path, message, near(parts[0], self.inputs))
        declared = self.inputs[parts[0]]
        kind = ValueType(declared) if isinstance(declared, str) and declared in tuple(ValueType) else ValueType.ANY
        return _part_of(kind, place, path, parts[1:])

    def _step(self, path: str, parts: list[str], place: Place, *, has_default: bool) -> Resolved:
        index = self.graph.by_id.get(parts[0])
        if index is None:
            return _wrong(place, path, f"{shown(path)}: there is no step {shown(parts[0])}", near(parts[0], self.graph.by_id))
        node = self.graph.nodes[index]
        if node.kind not in ("action", ""):
            return _wrong(place, path, f"{shown(path)}: the {node.kind} {shown(node.id)} gives no value, only actions do")
        if place.node.index in self.reached and (late := self._too_early(node, place, has_default=has_default)):
            return _wrong(place, path, f"{shown(path)}: {late}")
        output = node.tree.get("output")
        if isinstance(output, dict):
            return _part_of_mapping(output, place, path, parts[1:])
        capability = capability_of(node)
        return Resolved() if capability is None else _into(place, path, parts[1:], capability)

    def _too_early(self, node: Node, place: Place, *, has_default: bool) -> str | None:
        before = place.node
        if node.index == before.index:
            return f"the step {shown(node.id)} is this one itself"
        if not self.order.may_have_run(node.index, before.index):
            return f"the step {shown(node.id)} does not run before {shown(before.id)}"
        if not has_default and not self.order.has_surely_run(node.index, before.index):
            return f"the step {shown(node.id)} does not run on every way to {shown(before.id)}; give a default"
        return None


def capability_of(node: Node) -> Capability | None:
    """Return what an action calls, `None` where there is no such thing."""
    agent, capability = node.tree.get("agent"), node.tree.get("capability")
    if node.kind != "action" or not isinstance(agent, str) or not isinstance(capability, str):
        return None
    found = agents().get(agent)
    return None if found is None else found.capability.get(capability)


def values_of(node: Node) -> Iterator[tuple[str, object]]:
    """Give the values of a step that is no action, with their pointers below the step's own."""
    match node.kind:
        case "conditional" if isinstance(condition := node.tree.get("condition"), dict):
            yield from ((f"/condition/{side}", condition[side]) for side in ("left", "right") if side in condition)
        case "finish" if isinstance(output := node.tree.get("output"), dict):
            yield from ((f"/output/{token(name)}", value) for name, value in output.items())


def _wrong(place: Place, path: str, message: str, suggestion: str | None = None) -> Resolved:
    pointer = f"{place.pointer}/reference"
    return Resolved(fault=Fault(rule=FaultRule.REFERENCE, pointer=pointer, message=message, value=shown(path), suggestion=suggestion))


def _into(place: Place, path: str, parts: list[str], capability: Capability) -> Resolved:
    """Go into what a capability gives."""
    if not parts or not capability.fields:
        return _part_of(capability.output, place, path, parts)
    kind = capability.fields.get(parts[0])
    if kind is None:
        message = f"{shown(path)} has no part {shown(parts[0])}, only {', '.join(capability.fields)}"
        return _wrong(place, path, message, near(parts[0], capability.fields))
    return _part_of(kind, place, path, parts[1:])


def _part_of_mapping(output: dict[str, object], place: Place, path: str, parts: list[str]) -> Resolved:
    """Go into what the output mapping of an action gives."""
    if not parts:
        return Resolved(kind=ValueType.OBJECT)
    if parts[0] not in output:
        return _wrong(place, path, f"{shown(path)} has no part {shown(parts[0])}", near(parts[0], output))
    return Resolved()


def _part_of(kind: ValueType, place: Place, path: str, parts: list[str]) -> Resolved:
    if not parts:
        return Resolved(kind=kind)
    if not kind.has_parts:
        article = "an" if kind is ValueType.INTEGER else "a"
        return _wrong(place, path, f"{shown(path)} goes into {article} {kind}, which has no parts")
    if kind is ValueType.ARRAY and not (parts[0].isascii() and parts[0].isdigit()):
        return _wrong(place, path, f"{shown(path)} goes into a list by {shown(parts[0])}, expected a number")
    return Resolved()
