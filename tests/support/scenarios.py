"""Scenarios for tests: small ones by hand, and whole families of valid ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from buildkit.model import CompilationTarget
from buildkit.plugins import Targets, load_targets
from buildkit.workflow.document import Document
from buildkit.workflow.fault import Fault
from buildkit.workflow.judge import Judgement, judge

SCENARIOS = Path(__file__).parents[2] / "fixtures" / "scenarios"

Tree = dict[str, Any]


@cache
def bundled() -> Targets:
    """Return the targets that buildkit brings."""
    return load_targets()


def action(name: str, following: str, **changes: Any) -> Tree:
    """Return a step that trims a text."""
    values = {"text": {"immediate": "a"}}
    step = {"id": name, "type": "action", "agent": "text", "capability": "trim", "input": values, "next": following}
    return step | changes


def reading(name: str, following: str, path: str, **value: Any) -> Tree:
    """Return a step that trims what a reference leads to."""
    return action(name, following, input={"text": {"reference": path, **value}})


def delay(name: str, following: str) -> Tree:
    """Return a step that waits."""
    return {"id": name, "type": "delay", "milliseconds": 1, "next": following}


def conditional(name: str, then: str, otherwise: str) -> Tree:
    """Return a step that goes one of two ways."""
    condition = {"left": {"reference": "data.text"}, "operator": "equals", "right": {"immediate": "a"}}
    return {"id": name, "type": "conditional", "condition": condition, "then": then, "else": otherwise}


def split(name: str, join: str, *firsts: str) -> Tree:
    """Return a step with branches that are named by their first steps."""
    return {"id": name, "type": "split", "branches": {first: first for first in firsts}, "join": join}


def finish(name: str = "end", **output: str) -> Tree:
    """Return a last step; its output are references."""
    return {"id": name, "type": "finish", "output": {key: {"reference": path} for key, path in output.items()}}


def scenario(*steps: Tree, **changes: Any) -> Tree:
    """Return a scenario that starts with its first step and has one input, a text."""
    start = steps[0]["id"] if steps else "a"
    return {"version": 1, "name": "a test", "input": {"text": "string"}, "start": start, "steps": list(steps)} | changes


def judged(tree: object, *targets: str, all_targets: Mapping[str, CompilationTarget] | None = None) -> Judgement:
    """Judge a tree as the file that it is when written out."""
    known = bundled() if all_targets is None else all_targets
    text = json.dumps(tree, indent=1)
    document = Document(shown=Path("case.json"), text=text, tree=tree)
    return judge(document, {name: known[name] for name in targets}, known)


def faults(tree: object, *targets: str) -> list[Fault]:
    """Return what is wrong with a tree."""
    return [located.fault for located in judged(tree, *targets).faults]


def told(tree: object, *targets: str) -> list[tuple[str, str]]:
    """Return the rule and the pointer of everything that is wrong."""
    return [(fault.rule.value, fault.pointer) for fault in faults(tree, *targets)]


class Builder:
    """Draws the steps of a valid scenario: in every part of it, what is referred to has surely run."""

    def __init__(self, draw: st.DrawFn) -> None:
        """Begin with no step."""
        self._draw = draw
        self._steps: list[Tree] = []
        self._count = 0

    def build(self) -> Tree:
        """Return a whole scenario, its steps in any order."""
        start = self._name()
        self.way(start, "end", depth=0, ran=())
        self._steps.append(finish())
        steps = self._draw(st.permutations(self._steps))
        return scenario(*steps, start=start)

    def _name(self) -> str:
        self._count += 1
        return f"step-{self._count}"

    def way(self, first: str, last: str, *, depth: int, ran: tuple[str, ...]) -> tuple[str, ...]:
        """Add steps from `first` to the existing `last`, and return which actions have surely run there."""
        kinds = ["action", "delay", *(["split", "conditional"] if depth < 2 else [])]
        drawn = self._draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=3))
        names = [first, *(self._name() for _ in drawn[1:]), last]
        for kind, name, following in zip(drawn, names, names[1:], strict=False):
            ran = self._step(kind, name, following, depth=depth, ran=ran)
        return ran

    def _step(self, kind: str, name: str, following: str, *, depth: int, ran: tuple[str, ...]) -> tuple[str, ...]:
        if kind == "action":
            self._steps.append(reading(name, following, self._draw(st.sampled_from(["data.text", *(f"steps.{step}" for step in ran)]))))
            return (*ran, name)
        if kind == "delay":
            self._steps.append(delay(name, following))
            return ran
        firsts = [self._name() for _ in range(2)]
        join = self._name()
        ends = [self.way(first, join, depth=depth + 1, ran=ran) for first in firsts]
        self._steps.append(split(name, join, *firsts) if kind == "split" else conditional(name, *firsts))
        after = tuple(dict.fromkeys(step for end in ends for step in end)) if kind == "split" else ran
        return self._step("action", join, following, depth=depth, ran=after)


@st.composite
def valid_scenarios(draw: st.DrawFn) -> Tree:
    """Draw scenarios without a fault, with nested splits and conditionals."""
    return Builder(draw).build()


def steps_of(tree: Tree, *kinds: str) -> list[Tree]:
    """Return the steps of some kinds."""
    return [step for step in tree["steps"] if step["type"] in kinds]
