"""What is compiled for one selection as a graph: each package on its side with its features, and what it uses."""

from __future__ import annotations

from buildkit.cargo.metadata import Package
from buildkit.features.atoms import Side
from buildkit.features.declarations import HOST_PLACE
from buildkit.features.resolution import Resolution
from buildkit.records import dataclass


@dataclass(frozen=True, kw_only=True)
class CompiledPackage:
    """A package as it is compiled for a side; `features` are sorted, `uses` are the places of other packages in the graph, ascending."""

    name: str
    version: str
    side: Side
    features: tuple[str, ...]
    uses: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class CompiledGraph:
    """All packages that are compiled, by name, version and side, the host's last. `root` is the place of the selected one, if it is compiled."""

    packages: tuple[CompiledPackage, ...]
    root: int | None


def compiled_graph(resolution: Resolution) -> CompiledGraph:
    """Return the graph of a selection. As in a closure, build scripts stand for nothing of their own: what they use, their package uses."""
    model = resolution.model
    linked = model.links.packages
    units = model.units(resolution.reasons)
    places = {unit: number for number, unit in enumerate(sorted(units, key=lambda unit: _order(linked[unit[0]].package, unit[1])))}
    uses: dict[int, set[int]] = {number: set() for number in places.values()}
    for edge in model.dependencies(resolution.reasons, units):
        uses[places[edge.user, edge.place]].add(places[edge.used, edge.reached])
    packages = tuple(
        CompiledPackage(
            name=linked[package].package.name,
            version=linked[package].package.version,
            side=_side(place),
            features=tuple(sorted(units[package, place])),
            uses=tuple(sorted(uses[number])),
        )
        for (package, place), number in places.items()
    )
    return CompiledGraph(packages=packages, root=places.get((resolution.number, model.own_place(resolution.root))))


def _order(package: Package, place: int) -> tuple[str, str, int, str]:
    return package.name, package.version, -_side(place), package.id


def _side(place: int) -> Side:
    return Side.HOST if place == HOST_PLACE else Side.TARGET
