"""The closure of a selection: which packages it activates on which side, with which features."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from buildkit.cargo.unit_graph import Unit, UnitGraph
from buildkit.records import dataclass

BUILD_SCRIPT = "custom-build"


@dataclass(frozen=True, kw_only=True)
class Closure:
    """The (package, side, feature) set of one selection, by package id.

    `edges` are the target side's dependencies, by package id. A package may be on both sides, with features of its own on each.
    """

    target: Mapping[str, frozenset[str]]
    host: Mapping[str, frozenset[str]]
    edges: frozenset[tuple[str, str]]
    roots: frozenset[str]


def closure_of(graph: UnitGraph) -> Closure:
    """Collect what a unit graph compiles. A unit without a platform is on the host side; cargo was given one target.

    Build scripts are left out: they are built whenever their package is, with the features of its side.
    """
    target: dict[str, frozenset[str]] = {}
    host: dict[str, frozenset[str]] = {}
    for unit in graph.units:
        if BUILD_SCRIPT not in unit.target.kind:
            side = host if unit.platform is None else target
            side[unit.pkg_id] = side.get(unit.pkg_id, frozenset()) | frozenset(unit.features)
    return Closure(
        target=target,
        host=host,
        edges=frozenset(_target_edges(graph)),
        roots=frozenset(graph.units[index].pkg_id for index in graph.roots),
    )


def _target_edges(graph: UnitGraph) -> Iterator[tuple[str, str]]:
    for unit in graph.units:
        if _on_target(unit):
            for dependency in unit.dependencies:
                other = graph.units[dependency.index]
                if _on_target(other) and other.pkg_id != unit.pkg_id:
                    yield unit.pkg_id, other.pkg_id


def _on_target(unit: Unit) -> bool:
    return unit.platform is not None and BUILD_SCRIPT not in unit.target.kind
