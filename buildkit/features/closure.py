"""The closure of a selection: which packages it activates on which side, with which features."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from buildkit.cargo.unit_graph import RUN_BUILD_SCRIPT, Unit, UnitGraph


@dataclass(frozen=True, kw_only=True)
class Closure:
    """The (package, side, feature) set of one selection, by package id.

    `edges` are the target side's dependencies, by package id. A package may be on both sides, with features of its own on each.
    """

    target: Mapping[str, frozenset[str]]
    host: Mapping[str, frozenset[str]]
    edges: frozenset[tuple[str, str]]
    roots: frozenset[str]

    @cached_property
    def key(self) -> str:
        """Return a digest that is equal exactly for equal closures of equal roots."""
        digest = hashlib.sha256()
        for side, packages in (("target", self.target), ("host", self.host)):
            for package, features in sorted(packages.items()):
                digest.update("\0".join((side, package, *sorted(features), "\n")).encode())
        digest.update("\0".join(sorted(self.roots)).encode())
        return digest.hexdigest()

    def features_of(self, package: str) -> frozenset[str]:
        """Return the features of a package on the target side, or on the host side where it is only there."""
        return self.target.get(package, self.host.get(package, frozenset()))


def closure_of(graph: UnitGraph) -> Closure:
    """Collect what a unit graph compiles. A unit without a platform is on the host side; cargo was given one target."""
    target: dict[str, frozenset[str]] = {}
    host: dict[str, frozenset[str]] = {}
    for unit in graph.units:
        if unit.mode != RUN_BUILD_SCRIPT:
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
    """Build scripts run on the host, whatever platform cargo notes for their run."""
    return unit.platform is not None and unit.mode != RUN_BUILD_SCRIPT
