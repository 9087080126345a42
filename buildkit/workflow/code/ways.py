"""The functions of a scenario's ways: which step follows which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from buildkit.records import dataclass
from buildkit.workflow.code.flow import Choice, Flow, Part, Run, Way, parts_of
from buildkit.workflow.code.layout import BODY, STEP, signature, space
from buildkit.workflow.code.names import camel_names
from buildkit.workflow.code.text import escaped

ENTRY: Final = "execute_workflow"


@dataclass(frozen=True, kw_only=True)
class NamedFlow:
    """What the functions of ways are written with: the flow, and the ending of each step's function."""

    flow: Flow
    names: Mapping[str, str]

    def calls(self, step: int) -> str:
        """Return the call of a step's function."""
        return f"step_{self.names[self.flow.graph.nodes[step].id]}(run)"

    def ends(self, step: int) -> bool:
        """Say whether the scenario ends with a step."""
        return self.flow.graph.nodes[step].kind == "finish"


def way_function(way: Way, named: NamedFlow) -> str:
    """Return the function of a way."""
    if way.branch is None:
        head = ("/// Run the scenario from its first step to the one that ends it.", signature(ENTRY, "Value", visibility="pub "))
    else:
        graph = named.flow.graph
        ends = f"of the split `{escaped(graph.nodes[way.branch.split].id)}`, up to `{escaped(graph.nodes[way.branch.join].id)}`"
        name = f"branch_{named.names[graph.nodes[way.first].id]}"
        head = (f'/// The branch "{escaped(way.branch.branch)}" {ends}.', signature(name, "()"))
    parts = parts_of(way, named.flow)
    body = _loop(way, named) if parts is None else _row(parts, way, named)
    return "\n".join((*head, *body, "}\n"))


def _row(parts: tuple[Part, ...], way: Way, named: NamedFlow) -> Iterator[str]:
    """Give the lines of a way whose forks stand inside each other."""
    if way.stop is None:
        yield from _lines(parts[:-1], BODY, named)
        yield f"{space(BODY)}{named.calls(parts[-1].step)}"
    else:
        yield from _lines(parts, BODY, named)
        yield f"{space(BODY)}Ok(())"


def _lines(parts: tuple[Part, ...], indent: int, named: NamedFlow) -> Iterator[str]:
    for part in parts:
        asked = named.calls(part.step)
        match part:
            case Run() if named.ends(part.step):
                yield f"{space(indent)}return {asked};"
            case Run():
                yield f"{space(indent)}{asked}?;"
            case Choice():
                yield f"{space(indent)}if {'' if part.then else '!'}{asked}? {{"
                yield from _lines(part.then or part.otherwise, indent + STEP, named)
                if part.then and part.otherwise:
                    yield f"{space(indent)}}} else {{"
                    yield from _lines(part.otherwise, indent + STEP, named)
                yield f"{space(indent)}}}"


def _loop(way: Way, named: NamedFlow) -> Iterator[str]:
    """Give the lines of a way with forks that cross: it remembers which stretch of steps is next."""
    stretches = _stretches(way, named.flow)
    ids = named.flow.graph.nodes
    names = camel_names(ids[first].id for first in stretches)
    variants = {first: f"Next::{names[ids[first].id]}" for first in stretches}
    inner = space(BODY + STEP)
    yield f"{space(BODY)}enum Next {{"
    yield from (f"{inner}{names[ids[first].id]}," for first in stretches)
    yield f"{space(BODY)}}}"
    yield f"{space(BODY)}let mut next = {variants[way.first]};"
    yield f"{space(BODY)}loop {{"
    yield f"{inner}match next {{"
    goes_on: dict[int | None, str] = {way.stop: "return Ok(());"}
    goes_on |= {following: f"next = {variant};" for following, variant in variants.items()}
    for first, steps in stretches.items():
        yield f"{inner}{space(STEP)}{variants[first]} => {{"
        yield from _stretch(steps, named, goes_on)
        yield f"{inner}{space(STEP)}}}"
    yield f"{inner}}}"
    yield f"{space(BODY)}}}"


def _stretches(way: Way, flow: Flow) -> Mapping[int, tuple[int, ...]]:
    """Return the stretches without a fork and without a meeting inside, by their first steps."""
    steps = flow.steps(way)
    leading: dict[int, set[int]] = {step: set() for step in steps}
    for step in steps:
        for following in flow.after(step):
            leading.get(following, set()).add(step)
    forked = {step for step in steps if len(set(flow.after(step))) > 1}
    inside = {step for step, before in leading.items() if len(before) == 1 and not before & forked}
    stretches: dict[int, tuple[int, ...]] = {}
    for first in steps:
        if first not in inside:
            stretch = [first]
            while ahead := inside.intersection(flow.after(stretch[-1])):
                stretch += ahead
            stretches[first] = tuple(stretch)
    return stretches


def _stretch(steps: tuple[int, ...], named: NamedFlow, goes_on: Mapping[int | None, str]) -> Iterator[str]:
    """Give the lines of a stretch; `goes_on` has the statement that goes on with a step."""
    indent = space(BODY + 3 * STEP)
    yield from (f"{indent}{named.calls(step)}?;" for step in steps[:-1])
    asked, following = named.calls(steps[-1]), tuple(dict.fromkeys(named.flow.after(steps[-1])))
    match following:
        case ():
            yield f"{indent}return {asked};"
        case (only,):
            yield f"{indent}{asked}?;"
            yield f"{indent}{goes_on[only]}"
        case _:
            then, otherwise = following
            yield f"{indent}if {asked}? {{"
            yield f"{indent}{space(STEP)}{goes_on[then]}"
            yield f"{indent}}} else {{"
            yield f"{indent}{space(STEP)}{goes_on[otherwise]}"
            yield f"{indent}}}"
