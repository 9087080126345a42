"""Everything that cargo could build of some packages for one setting, as Horn clauses; each call is then a matter of consequences."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import NamedTuple

from buildkit.cargo.metadata import DependencyKind, Package
from buildkit.features.atoms import Atom, AtomKind, Cause, Facts, Side
from buildkit.features.calls import Call, features_given
from buildkit.features.compiled import Compiled
from buildkit.features.declarations import HOST_PLACE, Declarations, Setting
from buildkit.features.horn import Reasons
from buildkit.features.links import Linked, Links
from buildkit.features.reach import Reach
from buildkit.features.resolver_rules import ResolverRules
from buildkit.features.unit_rules import UnitRules
from buildkit.features.values import parse_value

Units = Mapping[tuple[int, int], frozenset[str]]
"""The features of each compiled package by its number and place; 0 is the host, 1 the first target."""


class Edge(NamedTuple):
    """A compiled package uses another, by number; `reached` is the place of the used one. What only the build script uses is `for_script`."""

    user: int
    place: int
    used: int
    reached: int
    for_script: bool


class Model:
    """The rules of every call that selects some of `roots`, by package number. Cargo adds and never takes away: no rule has a negation."""

    def __init__(self, links: Links, roots: Iterable[int], setting: Setting) -> None:
        """Add every rule that the roots can reach."""
        self.links = links
        self.setting = setting
        self._facts = Facts()
        self._declarations = Declarations(links, frozenset(roots), setting)
        self._reach = Reach(self._declarations)
        self._units = UnitRules(self._facts, self._declarations, self._reach)
        self._rules = ResolverRules(self._facts, self._declarations, self._reach, self._units)
        for number in sorted(self._declarations.roots):
            self._add_root(links.packages[number])
        self._complete()
        self.horn = self._facts.horn

    def given(self, call: Call) -> tuple[int, ...]:
        """Return the facts that a call gives, packages first."""
        found: dict[int, None] = {}
        for number in call.packages:
            found |= dict.fromkeys(self._selecting(number))
            linked = self.links.packages[number]
            found |= dict.fromkeys(self._feature(linked, text) for text in features_given(call, linked))
        return tuple(found)

    def consequences(self, call: Call) -> Reasons:
        """Return everything that is active in a call, with the rule that first made it so."""
        return self.horn.consequences(self.given(call))

    def compile(self, root: int, base: Iterable[str], extra: Iterable[str]) -> Compiled[Atom, Cause]:
        """Prepare the closures of all subsets of `extra` of one package, each with `base`."""
        linked = self.links.packages[root]
        always = (*self._selecting(root), *(self._feature(linked, text) for text in base))
        return Compiled(self.horn, always, {text: (self._feature(linked, text),) for text in extra})

    def compiled(self, package: int, place: int) -> int | None:
        """Return the fact that a package is compiled for a place, `None` where no call can have it so."""
        side = self._declarations.side_of(place)
        if self._reach.is_tight(package, side):
            return self._facts.known(AtomKind.PACKAGE, package, side)
        return self._facts.known(AtomKind.COMPILED, package, place)

    def feature(self, package: int, place: int, name: str) -> int | None:
        """Return the fact that a package has a feature where it is compiled for a place, `None` where no call can have it so."""
        return self._facts.known(AtomKind.FEATURE, package, self._declarations.side_of(place), name)

    def own_place(self, package: Package) -> int:
        """Return where a selected package itself is compiled; with several targets, for the first of them."""
        return HOST_PLACE if package.is_proc_macro else 1

    def units(self, facts: Iterable[int]) -> Units:
        """Return what is compiled where some facts hold."""
        features: dict[tuple[int, int], list[str]] = {}
        compiled: list[tuple[int, int]] = []
        for fact in facts:
            atom = self.horn.names[fact]
            if atom is None:
                continue
            if atom.kind is AtomKind.FEATURE:
                features.setdefault((atom.package, atom.where), []).append(atom.name)
            elif self._is_unit(atom):
                compiled.append((atom.package, atom.where))
        side_of = self._declarations.side_of
        return {(package, place): frozenset(features.get((package, side_of(place)), ())) for package, place in compiled}

    def dependencies(self, facts: Container[int], units: Units) -> Iterator[Edge]:
        """Give which compiled package uses which."""
        for package, place in units:
            linked = self.links.packages[package]
            side = self._declarations.side_of(place)
            for link in linked.links:
                reached = self._declarations.place_reached(link, place)
                for_script = link.kind is DependencyKind.BUILD
                where = HOST_PLACE if for_script else place
                if (link.package, reached) in units and self._reach.compiles(linked, link) and self._declarations.holds(link, where):
                    optional = self._facts.known(AtomKind.DEPENDENCY, package, side, link.key)
                    if not link.declaration.optional or optional in facts:
                        yield Edge(package, place, link.package, reached, for_script)

    def _complete(self) -> None:
        """Add what follows from everything that some rule concludes, until nothing new does."""
        fresh = self._facts.fresh
        while fresh or self._units.is_waiting:
            while fresh:
                self._rules.add_consequences(fresh.popleft())
            self._units.add_rest()

    def _is_unit(self, atom: Atom) -> bool:
        # Where a node is tight there is one target, and its sides and places are numbered alike.
        return atom.kind is AtomKind.COMPILED or (atom.kind is AtomKind.PACKAGE and self._reach.is_tight(atom.package, Side(atom.where)))

    def _selecting(self, package: int) -> Iterator[int]:
        number = self._facts.number
        yield number(AtomKind.SELECTED, package)
        if self._declarations.counts_development:
            yield number(AtomKind.DEVELOPED, package)
        if self.setting.tests:
            yield number(AtomKind.TESTED, package)

    def _add_root(self, root: Linked) -> None:
        selected = self._facts.number(AtomKind.SELECTED, root.number)
        for side in self._declarations.root_sides(root):
            self._facts.horn.add((selected,), self._facts.number(AtomKind.PACKAGE, root.number, side), Cause(root.number))
        for feature in root.package.features:
            self._feature(root, feature)
        self._units.add_root(root)

    def _feature(self, root: Linked, text: str) -> int:
        """Return the fact that `--features` names something for a package; its rules are added when it is first named."""
        given = self._facts.known(AtomKind.GIVEN, root.number, 0, text)
        if given is None:
            given = self._facts.number(AtomKind.GIVEN, root.number, 0, text)
            for side in self._declarations.root_sides(root):
                self._rules.add_value(given, root, side, parse_value(text), Cause(root.number))
            self._complete()
        return given
