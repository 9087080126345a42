"""The agents that scenarios call, where each works, and what its capabilities take and give: the data of `agents.toml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Final

import msgspec

from buildkit.workflow.value_types import ValueType

DATA: Final = "agents.toml"
OPTIONAL: Final = "?"
"""What ends the type of an input that may be left out."""


class Platform(StrEnum):
    """What a compilation target is to agents: its `stdlib_feature`."""

    NATIVE = "native"
    WASI = "wasi"
    WASM_JS = "wasm-js"
    EMBEDDED = "embedded"


class Level(StrEnum):
    """How far an agent works on a platform."""

    FULL = "full"
    LIMITED = "limited"
    NONE = "none"


class Support(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far an agent works on one platform, through what, and what is missing."""

    level: Level
    through: str = ""
    note: str = ""


class Capability(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One function of an agent, as the data declares it."""

    summary: str
    output: ValueType
    inputs: Mapping[str, str] = {}
    fields: Mapping[str, ValueType] = {}
    absent: tuple[Platform, ...] = ()

    def input_type(self, name: str) -> ValueType:
        """Return what an input must be."""
        return ValueType(self.inputs[name].removesuffix(OPTIONAL))

    @property
    def required(self) -> tuple[str, ...]:
        """Return the inputs that may not be left out."""
        return tuple(name for name, kind in self.inputs.items() if not kind.endswith(OPTIONAL))

    @property
    def gives(self) -> str:
        """Return the type of what it gives, with the parts of an object that always has the same ones."""
        parts = ", ".join(f"{name}: {kind.value}" for name, kind in self.fields.items())
        return f"{self.output.value} ({parts})" if parts else self.output.value


class Agent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A group of capabilities that work on the same platforms."""

    summary: str
    support: Mapping[Platform, Support]
    capability: Mapping[str, Capability]

    def refusal(self, capability: str, platform: Platform) -> str | None:
        """Return why a capability does not work on a platform, `None` where it does."""
        support = self.support[platform]
        missing = support.level is Level.NONE or platform in self.capability[capability].absent
        return support.note if missing else None


class _Data(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    agent: Mapping[str, Agent]


@cache
def agents() -> Mapping[str, Agent]:
    """Return the agents by name, in the order of the data."""
    text = resources.files(__package__).joinpath(DATA).read_text(encoding="utf-8")
    return msgspec.toml.decode(text, type=_Data).agent


def support_table() -> str:
    """Return the support matrix as the README shows it."""
    header = ("agent", *(f"`{platform}`" for platform in Platform))
    rows = (
        (f"`{name}` ({_listed(agent)})", *(_cell(agent.support[platform]) for platform in Platform)) for name, agent in agents().items()
    )
    return _table(header, rows)


def capability_table() -> str:
    """Return what each capability takes and gives, as the README shows it."""
    rows = (
        (f"`{name}`", f"`{capability}`", declared.summary, _takes(declared), declared.gives)
        for name, agent in agents().items()
        for capability, declared in agent.capability.items()
    )
    return _table(("agent", "capability", "does", "`input`", "gives"), rows)


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (header, ("---",) * len(header), *rows)
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _takes(capability: Capability) -> str:
    return ", ".join(f"`{name}`: {kind}" for name, kind in capability.inputs.items())


def _listed(agent: Agent) -> str:
    return ", ".join(agent.capability)


def _cell(support: Support) -> str:
    words = "no" if support.level is Level.NONE else support.level.value
    return f"{words}{f' ({support.through})' if support.through else ''}{f': {support.note}' if support.note else ''}"
