"""Judge a scenario: everything that is wrong with it at once, or the scenario itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Final

import msgspec
from msgspec import inspect

from buildkit.errors import ConfigurationError
from buildkit.model import CompilationTarget
from buildkit.records import dataclass
from buildkit.workflow.calls import value_faults
from buildkit.workflow.document import SCHEMA, Document
from buildkit.workflow.fault import Fault, FaultRule, printable
from buildkit.workflow.graph import Graph, graph_faults, read_graph
from buildkit.workflow.model import Scenario
from buildkit.workflow.order import order_of
from buildkit.workflow.references import Scope
from buildkit.workflow.shape import shape_faults
from buildkit.workflow.splits import regions_of, split_faults
from buildkit.workflow.support import fitting, limits, platform_of, support_faults
from buildkit.workflow.texts import content_faults

LONGEST_POINTER: Final = 200
"""How many characters of a JSON pointer a message shows."""

MOST_FAULTS: Final = 500
"""How many faults are told."""


@dataclass(frozen=True, kw_only=True)
class Located:
    """A fault, and the line of the file where its pointer stands."""

    fault: Fault
    line: int


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What is known of a scenario.

    `scenario` is `None` where there are faults. `fits` are the targets that have all its agents, none where other faults leave that open.
    `notes` say what works only in part. Faults and notes are in the order of the document.
    """

    document: Document
    targets: tuple[str, ...]
    faults: tuple[Located, ...]
    notes: tuple[Located, ...]
    fits: tuple[str, ...]
    scenario: Scenario | None
    has_more: bool
    """Whether there are more faults than are told."""


def judge(document: Document, wanted: Mapping[str, CompilationTarget], all_targets: Mapping[str, CompilationTarget]) -> Judgement:
    """Judge a document for the wanted targets; `all_targets` are those that a refusal may name instead.

    Raises `UsageError` for a wanted target of which the support matrix says nothing.
    """
    for target in wanted.values():
        platform_of(target)
    graph = read_graph(document.tree)
    found = tuple(islice(chain(support_faults(graph, wanted, all_targets), _faults(document.tree, graph)), MOST_FAULTS + 1))
    faults = tuple(dict.fromkeys(found[:MOST_FAULTS]))
    scenario = None if faults else msgspec.convert(document.tree, Scenario)
    is_whole = all(fault.rule is FaultRule.UNSUPPORTED for fault in faults)
    return Judgement(
        document=document,
        targets=tuple(wanted),
        faults=located(faults, document),
        notes=located(tuple(limits(graph, wanted)), document),
        fits=fitting(graph, all_targets) if is_whole else (),
        scenario=scenario,
        has_more=len(found) > MOST_FAULTS,
    )


def accepted(judgement: Judgement) -> Scenario:
    """Return a scenario without a fault; raises `ConfigurationError` that names every fault with its line."""
    if judgement.scenario is not None:
        return judgement.scenario
    shown = judgement.document.shown
    first, *others = judgement.faults
    more = (str(ConfigurationError(sentence(located.fault), file=shown, line=located.line)) for located in others)
    raise ConfigurationError("\n".join((sentence(first.fault), *more)), file=shown, line=first.line, hint=SCHEMA)


def sentence(fault: Fault) -> str:
    """Return a fault with the pointer that it stands at, which the whole document has none of."""
    return f"{_shortened(fault.pointer)}: {fault.sentence}" if fault.pointer else fault.sentence


def _shortened(pointer: str) -> str:
    """Return a pointer as a message shows it; its names may be of any length."""
    return printable(pointer if len(pointer) <= LONGEST_POINTER else f"{pointer[:LONGEST_POINTER]}…")


def _faults(tree: object, graph: Graph) -> Iterator[Fault]:
    yield from content_faults(tree)
    yield from shape_faults(tree, inspect.type_info(Scenario))
    yield from graph_faults(graph)
    regions = regions_of(graph)
    yield from split_faults(graph, regions)
    start = None if graph.start is None else graph.by_id.get(graph.start.name)
    reached = frozenset[int]() if start is None else graph.reach((start,))
    scope = Scope(inputs=_inputs(tree), graph=graph, order=order_of(graph, regions), reached=reached)
    yield from value_faults(graph, scope)


def _inputs(tree: object) -> Mapping[str, object] | None:
    inputs = tree.get("input", {}) if isinstance(tree, dict) else None
    return inputs if isinstance(inputs, dict) else None


def located(faults: tuple[Fault, ...], document: Document) -> tuple[Located, ...]:
    """Return faults with their lines, in the order of the document."""
    offsets = document.offsets({fault.pointer for fault in faults}) if faults else {}
    ordered = sorted(faults, key=lambda fault: offsets[fault.pointer])
    return tuple(Located(fault=fault, line=document.line(offsets[fault.pointer])) for fault in ordered)
