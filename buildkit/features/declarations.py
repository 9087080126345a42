"""Which dependency declarations count where: by platform, by kind, and for the feature resolver by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from buildkit.cargo.cfg import CfgError, CfgSet, matches
from buildkit.cargo.metadata import DependencyKind
from buildkit.cargo.resolver import ResolverVersion
from buildkit.errors import BuildkitError
from buildkit.features.atoms import Side
from buildkit.features.links import Link, Linked, Links
from buildkit.records import dataclass

HOST_PLACE = 0


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What code is compiled for: a triple, and what rustc says of it with its flags."""

    triple: str
    cfg: CfgSet


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a call is made for: the host, the targets (one, or several of one call), and whether tests are built."""

    host: Machine
    targets: tuple[Machine, ...]
    tests: bool = False


class SidedLink(NamedTuple):
    """A declaration that counts, and the side on which the package that it means is activated."""

    link: Link
    side: Side


class Declarations:
    """The declarations of a workspace as calls for one setting see them."""

    def __init__(self, links: Links, roots: frozenset[int], setting: Setting) -> None:
        """Take the packages that calls may select as `roots`."""
        self.packages = links.packages
        self.roots = roots
        self.setting = setting
        self.splits_sides = links.workspace.resolver is not ResolverVersion.ONE
        """Resolver 1 keeps one set of features for both sides, for all platforms, dev-dependencies included."""
        self.counts_development = setting.tests or not self.splits_sides
        self.target_places = range(1, len(setting.targets) + 1)
        self._machines = (setting.host, *setting.targets)
        self._holds: dict[tuple[str, int], bool] = {}
        self._seen: dict[tuple[int, Side], tuple[SidedLink, ...]] = {}
        self._keyed: dict[tuple[int, Side], dict[str, list[SidedLink]]] = {}

    def side_of(self, place: int) -> Side:
        """Return the side whose features a package compiled for a place has."""
        return Side.HOST if place == HOST_PLACE and self.splits_sides else Side.TARGET

    def root_sides(self, root: Linked) -> tuple[Side, ...]:
        """Return the sides on which selecting a package activates it; a procedural macro is on both, though compiled on one."""
        return (Side.TARGET, Side.HOST) if root.is_proc_macro and self.splits_sides else (Side.TARGET,)

    def seen_from(self, package: int, side: Side) -> tuple[SidedLink, ...]:
        """Return what the feature resolver sees of a package's declarations on a side."""
        found = self._seen.get((package, side))
        if found is None:
            found = self._seen[package, side] = tuple(self._look(self.packages[package], side))
        return found

    def keyed(self, package: int, side: Side, key: str) -> Sequence[SidedLink]:
        """Return those of a key; it may stand in several tables."""
        found = self._keyed.get((package, side))
        if found is None:
            found = self._keyed[package, side] = {}
            for link in self.seen_from(package, side):
                found.setdefault(link.link.key, []).append(link)
        return found.get(key, ())

    def holds(self, link: Link, place: int) -> bool:
        """Say whether a declaration's platform is that of a place."""
        platform = link.declaration.target
        if platform is None:
            return True
        known = self._holds.get((platform, place))
        if known is None:
            known = self._holds[platform, place] = _is_for(platform, self._machines[place])
        return known

    def place_reached(self, link: Link, place: int) -> int:
        """Return where a declaration's package is compiled when the dependent is compiled for a place."""
        on_host = link.kind is DependencyKind.BUILD or self.packages[link.package].is_proc_macro
        return HOST_PLACE if on_host else place

    def _look(self, dependent: Linked, side: Side) -> Iterator[SidedLink]:
        develops = dependent.number in self.roots and self.counts_development
        for link in dependent.links:
            if link.kind is DependencyKind.DEVELOPMENT and not develops:
                continue
            if not self.splits_sides:
                yield SidedLink(link, Side.TARGET)
            elif self._is_there(link, side):
                on_host = side is Side.HOST or self.place_reached(link, 1) == HOST_PLACE
                yield SidedLink(link, Side.HOST if on_host else Side.TARGET)

    def _is_there(self, link: Link, side: Side) -> bool:
        if link.declaration.target is None:
            return True
        if side is Side.HOST or link.kind is DependencyKind.BUILD:
            return self.holds(link, HOST_PLACE)
        return any(self.holds(link, place) for place in self.target_places)


def _is_for(platform: str, machine: Machine) -> bool:
    try:
        return matches(platform, machine.triple, machine.cfg)
    except CfgError as error:
        raise BuildkitError(f"a dependency's platform cannot be read: {error}", hint="cargo tree --target all") from error
