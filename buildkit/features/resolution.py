"""What cargo builds for one selection of one package on one target, and why."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from buildkit.cargo.metadata import Package
from buildkit.errors import UsageError
from buildkit.features.calls import Call
from buildkit.features.closure import Closure
from buildkit.features.declarations import HOST_PLACE
from buildkit.features.horn import Reasons
from buildkit.features.links import Linked, Links
from buildkit.features.model import Model, Units
from buildkit.features.values import parse_value
from buildkit.records import dataclass

TARGET_PLACE = 1


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """A selection of `root` with everything that follows from it; the model is for one target."""

    model: Model
    root: Package
    features: tuple[str, ...]
    reasons: Reasons

    @cached_property
    def order(self) -> Mapping[int, int]:
        """Return when each fact was reached, counted from 0."""
        return {fact: place for place, fact in enumerate(self.reasons)}

    @property
    def compiles_root(self) -> bool:
        """Say whether cargo would compile the package; it does not when every program of it requires features that are off."""
        return self.model.compiled(self.number, self.model.own_place(self.root)) in self.reasons

    @property
    def number(self) -> int:
        """Return the package's number in the model."""
        return self.model.links.numbers[self.root.id]

    @cached_property
    def enabled(self) -> frozenset[str]:
        """Return the features of the package itself. They decide everything else: equal ones have equal closures."""
        place = self.model.own_place(self.root)
        return frozenset(name for name in self.root.features if self.model.feature(self.number, place, name) in self.reasons)

    @property
    def key(self) -> tuple[str, ...]:
        """Return what is equal exactly for selections of the package with equal closures."""
        return (*sorted(self.enabled), *sorted(feature for feature in self.features if "/" in feature))

    @cached_property
    def sides(self) -> tuple[Mapping[str, frozenset[str]], Mapping[str, frozenset[str]]]:
        """Return the features of what is compiled for the target and for the host, by package id."""
        return self._features(self._units, TARGET_PLACE), self._features(self._units, HOST_PLACE)

    @cached_property
    def _units(self) -> Units:
        return self.model.units(self.reasons)

    @cached_property
    def closure(self) -> Closure:
        """Return what is compiled, by package id."""
        units = self._units
        target, host = self.sides
        packages = self.model.links.packages
        edges = self.model.dependencies(self.reasons, units)
        return Closure(
            target=target,
            host=host,
            edges=frozenset(
                (packages[edge.user].package.id, packages[edge.used].package.id)
                for edge in edges
                if edge.place == edge.reached == TARGET_PLACE
            ),
            roots=frozenset({self.root.id} if self.compiles_root else ()),
        )

    def _features(self, units: Units, place: int) -> Mapping[str, frozenset[str]]:
        packages = self.model.links.packages
        return {packages[number].package.id: features for (number, where), features in units.items() if where == place}


def resolve(model: Model, root: Package, features: tuple[str, ...]) -> Resolution:
    """Return what a call for one package with exactly these features, `default` spelled out, builds.

    Raises `UsageError` for a feature that does not exist: cargo would refuse the call.
    """
    linked = model.links.packages[model.links.numbers[root.id]]
    unknown = [feature for feature in features if not _exists(model.links, linked, feature)]
    if unknown:
        raise UsageError(f"the package {root.name!r} does not have the feature {unknown[0]!r}", hint=f"cargo info {root.name}")
    return Resolution(
        model=model, root=root, features=features, reasons=model.consequences(Call(packages=(linked.number,), features=features))
    )


def _exists(links: Links, linked: Linked, feature: str) -> bool:
    value = parse_value(feature)
    if not value.key:
        return feature in linked.package.features
    named = [links.packages[link.package].package for link in linked.links if link.key == value.key]
    return bool(value.feature) and any(value.feature in package.features for package in named)
