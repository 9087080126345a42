"""The function of each step."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import UNSET

from buildkit.workflow.code.layout import FieldCode, ValueCode, binding, call, fields, signature, vector
from buildkit.workflow.code.names import capability_path
from buildkit.workflow.code.text import escaped, literal
from buildkit.workflow.model import Action, AnyStep, Conditional, Delay, Finish, Operator, Split, Value

BRANCH: Final = """\
/// Prepare a branch to run beside others.
fn branch<R: WorkflowRuntime>(
    run: &Run<R>,
    way: fn(&Run<R>) -> Result<(), WorkflowError>,
) -> Branch {
    let run = run.clone();
    Box::new(move || way(&run))
}
"""
"""What splits share: the function that makes a branch of a way."""


def step_function(step: AnyStep, names: Mapping[str, str]) -> str:
    """Return the function of a step; `names` has the ending of each step's function."""
    gives, body = _body(step, names)
    return "\n".join((*_comment(step), signature(f"step_{names[step.id]}", gives), *body, "}\n"))


def _body(step: AnyStep, names: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Return what a step's function gives, and its statements."""
    match step:
        case Action():
            return "()", _action(step)
        case Delay():
            return "()", (call("run.delay", literal(step.id), f"{step.milliseconds:_}"),)
        case Split():
            return "()", _split(step, names)
        case Conditional():
            return "bool", _conditional(step)
        case Finish():
            return "Value", _finish(step)


def _comment(step: AnyStep) -> Iterator[str]:
    yield f"/// {_told(step)}."
    if step.title is not UNSET:
        yield "///"
        yield f'/// "{escaped(step.title)}"'


def _told(step: AnyStep) -> str:
    name = f"`{escaped(step.id)}`"
    match step:
        case Action():
            return f"The action {name}: {escaped(step.agent)}.{escaped(step.capability)}"
        case Delay():
            return f"The delay {name}"
        case Split():
            return f"The split {name}, joined by `{escaped(step.join)}`"
        case Conditional():
            return f"The conditional {name}: `{escaped(step.then)}` where it holds, else `{escaped(step.otherwise)}`"
        case Finish():
            return f"The end {name}"


def _action(step: Action) -> tuple[str, ...]:
    values = _fields("input", step.input)
    shaped = () if step.output is UNSET else _fields("output", step.output)
    capability = f"&agents::{capability_path(step.agent, step.capability)}"
    given = "&input" if values else "&[]"
    output = "None" if step.output is UNSET else "Some(&output)" if shaped else "Some(&[])"
    return (*values, *shaped, call("run.action", literal(step.id), capability, given, output))


def _split(step: Split, names: Mapping[str, str]) -> tuple[str, ...]:
    branches = vector("branches", "branch", [("run", f"branch_{names[first]}") for first in step.branches.values()])
    return branches, call("run.split", literal(step.id), "branches")


def _conditional(step: Conditional) -> tuple[str, ...]:
    condition = step.condition
    sides = [binding("left", _value(condition.left))]
    right = "None"
    if condition.right is not UNSET:
        sides.append(binding("right", _value(condition.right)))
        right = "Some(right)"
    return (*sides, call("run.holds", literal(step.id), "left", _variant(condition.operator), right))


def _variant(operator: Operator) -> str:
    return f"Operator::{operator.name.title().replace('_', '')}"


def _finish(step: Finish) -> tuple[str, ...]:
    values = _fields("output", step.output)
    return (*values, call("run.finish", literal(step.id), "&output" if values else "&[]"))


def _fields(name: str, values: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the statement that names values, none where there are none."""
    made: list[FieldCode] = [(literal(key), _value(value)) for key, value in values.items()]
    return (fields(name, made),) if made else ()


def _value(value: Value) -> ValueCode:
    if value.reference is UNSET:
        return ValueCode(call="Source::immediate", literal=_json(value.immediate))
    default = None if value.default is UNSET else _json(value.default)
    return ValueCode(call="Source::reference", literal=literal(value.reference), default=default)


def _json(value: object) -> str:
    """Return the literal of a value's JSON text; raises `ValueError` for a number that JSON does not know."""
    return literal(json.dumps(value, ensure_ascii=False, allow_nan=False))
