"""The data of the agents as the Rust crate has it: the text of its `matrix.rs`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from command_line import FIXTURES

from buildkit.workflow.agents import Agent, Capability, Level, Platform, Support, agents
from buildkit.workflow.value_types import ValueType

CRATE = FIXTURES / "runtara" / "crates" / "runtara-agents"
MATRIX = CRATE / "src" / "matrix.rs"
DECLARATION = re.compile(r'#\[capability\(\s*agent = "([^"]+)",\s*name = "([^"]+)",\s*description = "([^"]+)"')
HEAD = """\
// Written from buildkit/workflow/agents.toml by: pytest --update-golden tests/workflow/test_agents_in_rust.py

use crate::shape::Field;
use crate::shape::Signature;
use crate::shape::ValueType::@types@;
use crate::support::Platform::@platforms@;
use crate::support::Support::{Absent, Full, Limited};
use crate::support::{Agent, Declared};
use crate::{Capability, agents};

/// The support matrix.
pub const MATRIX: &[Agent] = &[
"""
LEVELS = {Level.FULL: "Full", Level.LIMITED: "Limited", Level.NONE: "Absent"}


def declared_in_rust() -> dict[tuple[str, str], str]:
    """Return the summary of every capability that the sources declare, by agent and name."""
    texts = (path.read_text(encoding="utf-8") for path in sorted((CRATE / "src").rglob("*.rs")))
    return {(agent, name): summary for text in texts for agent, name, summary in DECLARATION.findall(text)}


def matrix() -> str:
    """Return the text of the file, one agent after the other."""
    rows = "".join(line for name, agent in agents().items() for line in _agent(name, agent))
    statics = "".join(line for name, agent in agents().items() for line in _statics(name, agent))
    head = HEAD.replace("@types@", _imported(_types())).replace("@platforms@", _imported(_absent_platforms()))
    return f"{head}{rows}];\n\n/// The capabilities of this build.\npub(crate) const CAPABILITIES: &[&Capability] = &[\n{statics}];\n"


def static_of(agent: str, capability: str) -> str:
    """Return where the crate has a capability."""
    return f"agents::{agent.replace('-', '_')}::{capability.replace('-', '_').upper()}"


def _agent(name: str, agent: Agent) -> Iterator[str]:
    support = ", ".join(_support(agent.support[platform]) for platform in Platform)
    yield f"    Agent {{\n        name: {_text(name)},\n        support: [{support}],\n        capabilities: &[\n"
    for capability, declared in agent.capability.items():
        absent = ", ".join(_camel(platform) for platform in declared.absent)
        yield f"            Declared {{\n                name: {_text(capability)},\n                signature: {_signature(declared)},\n"
        yield f"                absent: &[{absent}],\n            }},\n"
    yield "        ],\n    },\n"


def _support(support: Support) -> str:
    word = LEVELS[support.level]
    return word if support.level is Level.FULL else f"{word}({_text(support.note)})"


def _signature(declared: Capability) -> str:
    inputs = ", ".join(
        f"Field::{'required' if name in declared.required else 'optional'}({_text(name)}, {_camel(declared.input_type(name))})"
        for name in declared.inputs
    )
    fields = ", ".join(f"Field::required({_text(name)}, {_camel(kind)})" for name, kind in declared.fields.items())
    return f"Signature {{ inputs: &[{inputs}], output: {_camel(declared.output)}, fields: &[{fields}] }}"


def _statics(name: str, agent: Agent) -> Iterator[str]:
    for capability in agent.capability:
        having = [platform for platform in Platform if agent.refusal(capability, platform) is None]
        if having != list(Platform):
            features = ", ".join(f"feature = {_text(platform)}" for platform in having)
            yield f"    #[cfg({features if len(having) == 1 else f'any({features})'})]\n"
        yield f"    &{static_of(name, capability)},\n"


def _types() -> set[ValueType]:
    declared = [capability for agent in agents().values() for capability in agent.capability.values()]
    given = {capability.input_type(name) for capability in declared for name in capability.inputs}
    return given | {capability.output for capability in declared} | {kind for one in declared for kind in one.fields.values()}


def _absent_platforms() -> set[Platform]:
    return {platform for agent in agents().values() for capability in agent.capability.values() for platform in capability.absent}


def _imported(names: set[ValueType] | set[Platform]) -> str:
    return f"{{{', '.join(sorted(map(_camel, names)))}}}"


def _camel(word: str) -> str:
    return "".join(part.capitalize() for part in word.split("-"))


def _text(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)
