"""The JSON schema of a scenario, for editors; the committed `buildkit-scenario.schema.json` is its text.

It knows the agents, their capabilities and the inputs of these. What needs the whole graph (cycles, references, splits) only
`buildkit scenario check` can judge.
"""

from __future__ import annotations

from typing import Any

from buildkit.config.published import as_text, published_schema, without_unused
from buildkit.workflow.agents import Agent, Capability, agents
from buildkit.workflow.model import Action, Condition, Operator, Scenario, Value
from buildkit.workflow.value_types import ValueType

EXISTS = {"properties": {"operator": {"const": Operator.EXISTS.value}}}
REFERENCE = {"required": ["reference"]}


def json_schema() -> dict[str, Any]:
    """Return the schema."""
    schema = published_schema(Scenario, "buildkit scenario")
    definitions = schema["$defs"]
    definitions[Value.__name__] |= {
        "oneOf": [REFERENCE, {"required": ["immediate"]}],
        "dependentRequired": {"default": ["reference"]},
    }
    definitions[Condition.__name__] |= {"if": EXISTS, "then": {"not": {"required": ["right"]}}, "else": {"required": ["right"]}}
    definitions[Action.__name__]["properties"]["agent"] |= {"enum": list(agents())}
    definitions[Action.__name__]["allOf"] = [_calls(name, agent) for name, agent in agents().items()]
    return without_unused(schema)


def schema_text() -> str:
    """Return the schema as the committed file has it."""
    return as_text(json_schema())


def _calls(name: str, agent: Agent) -> dict[str, Any]:
    """Return what holds of the actions that use an agent."""
    capabilities = [_inputs(capability, declared) for capability, declared in agent.capability.items()]
    then = {"properties": {"capability": {"enum": list(agent.capability)}}, "allOf": capabilities}
    return {"if": _is("agent", name), "then": then}


def _inputs(name: str, capability: Capability) -> dict[str, Any]:
    properties = {given: _value(capability.input_type(given)) for given in capability.inputs}
    given: dict[str, Any] = {"properties": properties, "propertyNames": {"enum": list(capability.inputs)}}
    required = list(capability.required)
    if required:
        given["required"] = required
    told = {"capability": {"description": f"{capability.summary}. Gives: {capability.gives}."}, "input": given}
    return {"if": _is("capability", name), "then": {"properties": told} | ({"required": ["input"]} if required else {})}


def _value(kind: ValueType) -> dict[str, Any]:
    return {} if kind is ValueType.ANY else {"properties": {"immediate": {"type": kind.value}}}


def _is(key: str, word: str) -> dict[str, Any]:
    return {"properties": {key: {"const": word}}, "required": [key]}
