"""Closures as `buildkit graph` draws them: a tree, a graph in the languages of Graphviz and Mermaid, and JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from buildkit.features.atoms import Side
from buildkit.features.compiled_graph import CompiledGraph, CompiledPackage
from buildkit.reports.plain import BRANCH, PLAIN_BRANCH, branch_for
from buildkit.reports.words import clean

SIDES: Final = {Side.TARGET: "target", Side.HOST: "host"}

SEEN: Final = " (*)"
"""What marks a package whose own dependencies stand further up, as in `cargo tree`."""

ON_HOST: Final = " (host)"


class Pen(NamedTuple):
    """What a tree is drawn with: before one of several, before the last, and below either."""

    branch: str
    last: str
    below: str
    empty: str = "    "


PEN: Final = Pen("├── ", BRANCH, "│   ")
PLAIN_PEN: Final = Pen("|-- ", PLAIN_BRANCH, "|   ")


def pen_for(encoding: str | None) -> Pen:
    """Return what draws a tree in an encoding."""
    return PEN if branch_for(encoding) == BRANCH else PLAIN_PEN


def closure_entries(graph: CompiledGraph) -> list[dict[str, Any]]:
    """Return a closure as the JSON document has it."""
    return [
        {"package": package.name, "version": package.version, "side": SIDES[package.side], "features": list(package.features)}
        for package in graph.packages
    ]


def tree_lines(graph: CompiledGraph, pen: Pen = PEN) -> Iterator[str]:
    """Give a closure as a tree from the selected package down; each package with what it uses once, later on with a mark."""
    if graph.root is not None:
        yield label(graph.packages[graph.root])
        yield from _below(graph, graph.root, "", pen, {graph.root})


def _below(graph: CompiledGraph, user: int, margin: str, pen: Pen, seen: set[int]) -> Iterator[str]:
    uses = graph.packages[user].uses
    for used in uses:
        is_last = used == uses[-1]
        package = graph.packages[used]
        is_known = used in seen
        yield f"{margin}{pen.last if is_last else pen.branch}{label(package)}{SEEN if is_known and package.uses else ''}"
        if not is_known:
            seen.add(used)
            yield from _below(graph, used, margin + (pen.empty if is_last else pen.below), pen, seen)


def dot_lines(title: str, graph: CompiledGraph) -> Iterator[str]:
    """Give a closure for Graphviz; what is compiled for the host is dashed."""
    yield f"digraph {_quoted(title)} {{"
    yield "    node [shape=box];"
    for number, package in enumerate(graph.packages):
        style = ", style=dashed" if package.side is Side.HOST else ""
        yield f"    n{number} [label={_quoted(chr(10).join(_words(package)))}{style}];"
    yield from (f"    n{user} -> n{used};" for user, used in _edges(graph))
    yield "}"


def mermaid_lines(title: str, graph: CompiledGraph) -> Iterator[str]:
    """Give a closure as a flowchart of Mermaid; what is compiled for the host is dashed."""
    yield from ("---", f"title: {_quoted(title)}", "---", "flowchart TD", "    classDef host stroke-dasharray: 5 5")
    for number, package in enumerate(graph.packages):
        style = ":::host" if package.side is Side.HOST else ""
        yield f"    n{number}[{_quoted('<br>'.join(_words(package)))}]{style}"
    yield from (f"    n{user} --> n{used}" for user, used in _edges(graph))


def label(package: CompiledPackage) -> str:
    """Return a package with its side, where that is the host, and its features, in one line."""
    return ": ".join(_words(package))


def _words(package: CompiledPackage) -> Iterator[str]:
    yield clean(f"{package.name} v{package.version}{ON_HOST if package.side is Side.HOST else ''}")
    if package.features:
        yield clean(", ".join(package.features))


def _edges(graph: CompiledGraph) -> Iterator[tuple[int, int]]:
    return ((user, used) for user, package in enumerate(graph.packages) for used in package.uses)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
