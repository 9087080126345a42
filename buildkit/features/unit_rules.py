"""The second layer: which packages are compiled for which place.

Less is compiled than the feature resolver activates: build-dependencies only where there is a build script, programs only where their
required features are on, and nothing that has no library.
"""

from __future__ import annotations

from collections.abc import Iterator

from buildkit.cargo.metadata import CargoTarget, DependencyKind
from buildkit.features.atoms import AtomKind, Cause, Facts, Side
from buildkit.features.declarations import HOST_PLACE, Declarations
from buildkit.features.links import Linked
from buildkit.features.reach import Reach, is_built
from buildkit.features.values import parse_value


class UnitRules:
    """Adds the rules of compiled packages."""

    def __init__(self, facts: Facts, declarations: Declarations, reach: Reach) -> None:
        """Add to `facts` what `declarations` say."""
        self._facts = facts
        self._declarations = declarations
        self._reach = reach
        self._added: set[tuple[int, int]] = set()
        self._waiting: list[tuple[int, int]] = []

    def compiled(self, package: int, place: int) -> int:
        """Return the fact that a package is compiled for a place; for a tight node it is that of its being active."""
        side = self._declarations.side_of(place)
        if self._reach.is_tight(package, side):
            return self._facts.number(AtomKind.PACKAGE, package, side)
        if (package, place) not in self._added:
            self._added.add((package, place))
            self._waiting.append((package, place))
        return self._facts.number(AtomKind.COMPILED, package, place)

    def add_root(self, root: Linked) -> None:
        """Add what selecting a package compiles."""
        tests = self._declarations.setting.tests
        selected = self._facts.number(AtomKind.TESTED if tests else AtomKind.SELECTED, root.number)
        for target in root.package.targets:
            if is_built(target, tests=tests):
                self._add_target(root, target, (selected, *self._required(root, target)))

    @property
    def is_waiting(self) -> bool:
        """Say whether there are packages for `add_rest`."""
        return bool(self._waiting)

    def add_rest(self) -> None:
        """Add the dependencies of every loose package that may be compiled."""
        while self._waiting:
            package, place = self._waiting.pop()
            self._add_dependencies(self._declarations.packages[package], place)

    def _required(self, root: Linked, target: CargoTarget) -> Iterator[int]:
        for text in () if target.is_library else target.required_features:
            value = parse_value(text)
            if not value.key:
                yield self._facts.number(AtomKind.FEATURE, root.number, Side.TARGET, value.feature)
            for link, side in self._declarations.keyed(root.number, Side.TARGET, value.key) if value.key else ():
                yield self._facts.number(AtomKind.FEATURE, link.package, side, value.feature)

    def _add_target(self, root: Linked, target: CargoTarget, premises: tuple[int, ...]) -> None:
        add = self._facts.horn.add
        cause = Cause(root.number)
        on_host = root.is_proc_macro and target.is_library
        for place in (HOST_PLACE,) if on_host else self._declarations.target_places:
            add(premises, self.compiled(root.number, place), cause)
            if root.is_proc_macro and not on_host:
                add(premises, self.compiled(root.number, HOST_PLACE), cause)
            for link in root.links if self._declarations.setting.tests else ():
                other = self._declarations.packages[link.package]
                if link.kind is DependencyKind.DEVELOPMENT and other.has_library and self._declarations.holds(link, place):
                    reached = self.compiled(link.package, self._declarations.place_reached(link, place))
                    add(premises, reached, Cause(root.number, link=link))

    def _add_dependencies(self, linked: Linked, place: int) -> None:
        number = self._facts.number
        compiled = number(AtomKind.COMPILED, linked.number, place)
        for link in linked.links:
            where = HOST_PLACE if link.kind is DependencyKind.BUILD else place
            if not self._reach.compiles(linked, link) or not self._declarations.holds(link, where):
                continue
            side = self._declarations.side_of(place)
            optional = (number(AtomKind.DEPENDENCY, linked.number, side, link.key),) if link.declaration.optional else ()
            reached = self.compiled(link.package, self._declarations.place_reached(link, place))
            self._facts.horn.add((compiled, *optional), reached, Cause(linked.number, link=link))
