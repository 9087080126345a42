"""What a compiled scenario cannot do without in its input: without it, every run comes to a step that fails.

The types that a scenario declares say what its author means. The program itself looks at a value only where a step uses it: what no step
that surely runs minds is no reason to refuse an input.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Final

import msgspec
from msgspec import UNSET

from buildkit.records import dataclass
from buildkit.workflow.agents import OPTIONAL, agents
from buildkit.workflow.graph import read_graph
from buildkit.workflow.model import Action, AnyStep, Conditional, Delay, Finish, Operator, Scenario, Split, Value
from buildkit.workflow.order import order_of
from buildkit.workflow.splits import regions_of
from buildkit.workflow.value_types import ValueType, type_of

EVERY_TYPE: Final = frozenset(ValueType) - {ValueType.ANY}
NUMBERS: Final = frozenset({ValueType.INTEGER, ValueType.NUMBER})
ORDERED: Final = NUMBERS | {ValueType.STRING}
SEARCHED: Final = frozenset({ValueType.ARRAY, ValueType.STRING})
ORDERS: Final = frozenset({Operator.LESS_THAN, Operator.AT_MOST, Operator.GREATER_THAN, Operator.AT_LEAST})


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """What one input must be: whether it must be there, and, where it is there, the types of which its value must have one."""

    required: bool
    types: tuple[ValueType, ...]

    def takes(self, kind: ValueType) -> bool:
        """Say whether the steps can work with a value of a type."""
        return kind in self.types


@dataclass(frozen=True, kw_only=True)
class _Use:
    """A value of a step, the types that the step takes there, and whether there must be one."""

    value: Value
    types: frozenset[ValueType] = EVERY_TYPE
    required: bool = True


def needs_of(scenario: Scenario) -> Mapping[str, Need]:
    """Return what each declared input must be, for those of which anything is asked, in the order of the declaration.

    The scenario must have no fault.
    """
    required: set[str] = set()
    types = dict.fromkeys(scenario.input, EVERY_TYPE)
    for step in _sure_steps(scenario):
        for use in _uses(step):
            name, further = _input_of(use.value)
            if name not in types:
                continue
            if use.required and use.value.default is UNSET:
                required.add(name)
            types[name] &= _taken(use, further)
    asked = (name for name, found in types.items() if name in required or found != EVERY_TYPE)
    return {name: Need(required=name in required, types=tuple(kind for kind in ValueType if kind in types[name])) for name in asked}


def _sure_steps(scenario: Scenario) -> Iterator[AnyStep]:
    """Give the steps that run on every way from the first step to an end."""
    tree = msgspec.to_builtins(scenario)
    graph = read_graph(tree | {"steps": list(tree["steps"])})
    order = order_of(graph, regions_of(graph))
    ends = (node.index for node in graph.nodes if node.kind == "finish" and node.index in order.surely)
    sure = reduce(int.__and__, (order.surely[end] | 1 << end for end in ends))
    yield from (step for index, step in enumerate(scenario.steps) if sure >> index & 1)


def _input_of(value: Value) -> tuple[str | None, tuple[str, ...]]:
    """Return the input that a value refers to, with the parts that lead further into it; `None` where it refers to none."""
    if value.reference is UNSET:
        return None, ()
    root, *parts = value.reference.split(".")
    return (parts[0], tuple(parts[1:])) if root == "data" and parts else (None, ())


def _taken(use: _Use, further: tuple[str, ...]) -> frozenset[ValueType]:
    """Return the types that an input may have so that a use of it, or of a part of it, does not fail."""
    if not further:
        return use.types
    if not use.required or use.value.default is not UNSET:
        return EVERY_TYPE
    is_place = further[0].isascii() and further[0].isdigit()
    return frozenset({ValueType.OBJECT, ValueType.ARRAY} if is_place else {ValueType.OBJECT})


def _uses(step: AnyStep) -> Iterator[_Use]:
    match step:
        case Action():
            inputs = agents()[step.agent].capability[step.capability].inputs
            yield from (_Use(value=value, types=_input_types(inputs[name])) for name, value in step.input.items())
            yield from (_Use(value=value) for value in (() if step.output is UNSET else step.output.values()))
        case Conditional():
            yield from _condition_uses(step)
        case Finish():
            yield from (_Use(value=value) for value in step.output.values())
        case Split() | Delay():
            return


def _input_types(declared: str) -> frozenset[ValueType]:
    """Return what a capability takes as an input; null is as good as nothing where it may be left out."""
    kind = ValueType(declared.removesuffix(OPTIONAL))
    absent = {ValueType.NULL} if declared.endswith(OPTIONAL) else set()
    match kind:
        case ValueType.ANY:
            return EVERY_TYPE
        case ValueType.NUMBER:
            return NUMBERS | absent
        case _:
            return frozenset({kind} | absent)


def _condition_uses(step: Conditional) -> Iterator[_Use]:
    condition = step.condition
    if condition.operator is Operator.EXISTS or condition.right is UNSET:
        yield _Use(value=condition.left, required=False)
        return
    left, right = condition.left, condition.right
    yield _Use(value=left, types=_compared(condition.operator, right, is_left=True))
    yield _Use(value=right, types=_compared(condition.operator, left, is_left=False))


def _compared(operator: Operator, other: Value, *, is_left: bool) -> frozenset[ValueType]:
    """Return what one side of a condition may be; of the other one nothing is known unless it is immediate."""
    known = ValueType.ANY if other.immediate is UNSET else type_of(other.immediate)
    if operator in ORDERS:
        return NUMBERS if known in NUMBERS else frozenset({known}) if known is ValueType.STRING else ORDERED
    if operator is not Operator.CONTAINS:
        return EVERY_TYPE
    if is_left:
        return SEARCHED if known in (ValueType.ANY, ValueType.STRING) else frozenset({ValueType.ARRAY})
    return frozenset({ValueType.STRING}) if known is ValueType.STRING else EVERY_TYPE
