"""The first layer: which packages cargo's feature resolver activates on which side, with which features.

The rules are those of the Cargo reference, "Features" and "Feature resolver version 2".
"""

from __future__ import annotations

from buildkit.cargo.metadata import DependencyKind
from buildkit.features.atoms import Atom, AtomKind, Cause, Facts, Side
from buildkit.features.declarations import Declarations
from buildkit.features.links import Link, Linked
from buildkit.features.reach import Reach
from buildkit.features.unit_rules import UnitRules
from buildkit.features.values import FeatureValue, parse_value


class ResolverRules:
    """Adds the rules of packages on a side."""

    def __init__(self, facts: Facts, declarations: Declarations, reach: Reach, units: UnitRules) -> None:
        """Add to `facts` what `declarations` say, and to `units` what loose packages need."""
        self._facts = facts
        self._declarations = declarations
        self._reach = reach
        self._units = units

    def add_consequences(self, atom: Atom) -> None:
        """Add what follows from an atom by its manifest. Nothing is added for what no rule can conclude, which is most of what there is."""
        linked, side = self._declarations.packages[atom.package], Side(atom.where)
        if atom.kind is AtomKind.FEATURE:
            premise = self._facts.number(*atom)
            for text in linked.package.features.get(atom.name, ()):
                self.add_value(premise, linked, side, parse_value(text), Cause(linked.number, atom.name, text))
            return
        is_optional = atom.kind is AtomKind.DEPENDENCY
        seen = self._declarations
        links = seen.keyed(linked.number, side, atom.name) if is_optional else seen.seen_from(linked.number, side)
        for link, other in links:
            if link.declaration.optional is is_optional:
                self._add_dependency(linked, side, link, other)

    def add_value(self, premise: int, linked: Linked, side: Side, value: FeatureValue, cause: Cause) -> None:
        """Add that `premise` turns a feature value of a package on."""
        add, number = self._facts.horn.add, self._facts.number
        if not value.key:
            add((premise,), number(AtomKind.FEATURE, linked.number, side, value.feature), cause)
        elif not value.feature:
            add((premise,), number(AtomKind.DEPENDENCY, linked.number, side, value.key), cause)
        else:
            # A key may stand in several tables, and the value speaks of each of them that counts here.
            for link, other in self._declarations.keyed(linked.number, side, value.key):
                premises = self._reach_through((premise,), linked, side, (link, value), cause)
                add(premises, number(AtomKind.FEATURE, link.package, other, value.feature), cause)

    def _reach_through(
        self, premises: tuple[int, ...], linked: Linked, side: Side, through: tuple[Link, FeatureValue], cause: Cause
    ) -> tuple[int, ...]:
        """Return what it takes to reach into a dependency; a strong value turns an optional one on, and the feature of its name."""
        link, value = through
        add, number = self._facts.horn.add, self._facts.number
        if link.kind is DependencyKind.DEVELOPMENT:
            premises = (*premises, number(AtomKind.DEVELOPED, linked.number))
        if not link.declaration.optional:
            return premises
        dependency = number(AtomKind.DEPENDENCY, linked.number, side, value.key)
        if value.is_weak:
            return (*premises, dependency)
        add(premises, dependency, cause)
        if value.key in linked.package.features:
            add(premises, number(AtomKind.FEATURE, linked.number, side, value.key), cause)
        return premises

    def _add_dependency(self, linked: Linked, side: Side, link: Link, other: Side) -> None:
        add, number = self._facts.horn.add, self._facts.number
        premises = self._premises(linked, side, link)
        cause = Cause(linked.number, link=link)
        add(premises, number(AtomKind.PACKAGE, link.package, other), cause)
        if (
            self._reach.is_tight(linked.number, side)
            and not self._reach.is_tight(link.package, other)
            and self._reach.compiles(linked, link)
        ):
            # A tight node has no rules of the second layer, so its loose dependencies get theirs here; sides and places are numbered alike.
            add(premises, self._units.compiled(link.package, other), cause)
        for feature in link.requested:
            reached = number(AtomKind.FEATURE, link.package, other, feature)
            add(premises, reached, Cause(linked.number, link=link, requested=feature))

    def _premises(self, linked: Linked, side: Side, link: Link) -> tuple[int, ...]:
        number = self._facts.number
        if link.declaration.optional:
            return (number(AtomKind.DEPENDENCY, linked.number, side, link.key),)
        active = number(AtomKind.PACKAGE, linked.number, side)
        return (active, number(AtomKind.DEVELOPED, linked.number)) if link.kind is DependencyKind.DEVELOPMENT else (active,)
