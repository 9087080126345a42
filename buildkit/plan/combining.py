"""Which combinations the command line asks for in place of the configured ones, in cargo-hack's words.

What each of them selects is held equal to cargo-hack's own list of commands by tests, up to selections that are the same build.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from buildkit.cargo.manifest import Manifests
from buildkit.cargo.metadata import Package
from buildkit.config.schema import Depth
from buildkit.errors import UsageError
from buildkit.features.enabled import Clauses
from buildkit.plan.combinations import Selection, Wanted
from buildkit.plan.names import nearest
from buildkit.records import dataclass

DEFAULT = "default"

Group = frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Combining:
    """The features that are combined, and how deep.

    `optional_deps` are the optional dependencies that count as features by their implicit names: `None` for none of them, empty for all.
    """

    depth: Depth | int
    optional_deps: tuple[str, ...] | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    exclusive: tuple[Group, ...] = ()
    at_least_one_of: tuple[Group, ...] = ()
    asks_none: bool = True
    asks_all: bool = True
    ignores_unknown: bool = False

    def names(self, package: Package, manifests: Manifests, base: Selection) -> tuple[str, ...]:
        """Return the features of a package that are switched on and off one by one."""
        grouped = frozenset[str]().union(*self.groups)
        left_out = {*self.exclude, *grouped, *base}
        candidates = self.include or (*_declared(package, manifests), *self._dependencies(package, manifests))
        return tuple(name for name in dict.fromkeys(candidates) if name in package.features and name not in left_out)

    def known_groups(self, package: Package) -> tuple[Group, ...]:
        """Return the groups that are combined; with a list of features to include there are none."""
        return () if self.include else tuple(group for group in self.groups if group <= package.features.keys())

    def clauses(self, package: Package, configured: Clauses) -> Clauses:
        """Return the configured clauses and those of the command line; of features that a package lacks nothing can be required."""
        needed = (group.intersection(package.features) for group in self.at_least_one_of)
        return Clauses(
            exclusive=(*configured.exclusive, *self.exclusive),
            at_least_one_of=(*configured.at_least_one_of, *(group for group in needed if group)),
        )

    def wanted(self, package: Package, manifests: Manifests, base: Selection) -> Wanted:
        """Return what is asked of the combinations of a package."""
        asks_base = not package.features or (self.asks_none and not self.include)
        whole = base.union(package.features) if self._asks_everything(package, manifests) else None
        excluded = dict(self._excluded(package, manifests, base))
        if asks_base:
            excluded.pop(base, None)
        return Wanted(depth=self.depth, base=asks_base, whole=whole, excluded=tuple(excluded.items()))

    def _excluded(self, package: Package, manifests: Manifests, base: Selection) -> Iterator[tuple[Selection, str]]:
        """Give what could have been asked for and is not, as far as an option is the reason."""
        yield base, "excluded by --include-features" if self.include else "excluded by --exclude-no-default-features"
        declared = _declared(package, manifests)
        combined = {*self.names(package, manifests, base), *base}.union(*self.groups)
        for name in package.features:
            if name in self.exclude:
                yield base | {name}, "excluded by --exclude-features"
            elif name not in combined:
                implicit = not self.include and name not in declared
                yield base | {name}, "an optional dependency, left to --optional-deps" if implicit else "excluded by --include-features"
        if not self.asks_all:
            yield base.union(package.features), "excluded by --exclude-all-features"

    def _asks_everything(self, package: Package, manifests: Manifests) -> bool:
        """Follow cargo-hack on when `--all-features` is a combination of its own."""
        if not self.asks_all or self.include or self.exclude or self.exclusive or self.depth is Depth.NONE:
            return False
        declared = _declared(package, manifests)
        has_implicit = len(declared) < len(package.features)
        if self.depth is Depth.EACH:
            return has_implicit or len(declared) > 1
        if self.depth is Depth.PAIRS:
            return len(package.features) > 1
        return has_implicit and not (self.optional_deps == () and self.depth is Depth.ALL)

    def _dependencies(self, package: Package, manifests: Manifests) -> Iterator[str]:
        if self.optional_deps is None:
            return
        declared = _declared(package, manifests)
        yield from (name for name in package.features if name not in declared and (not self.optional_deps or name in self.optional_deps))

    def check(self, packages: Iterable[Package]) -> None:
        """Refuse a feature that none of the packages has, and one that is both left out and asked for."""
        members = tuple(packages)
        known = {feature for package in members for feature in package.features}
        asked = {
            "--include-features": self.include,
            "--group-features": tuple(frozenset[str]().union(*self.groups)),
            "--mutually-exclusive-features": tuple(frozenset[str]().union(*self.exclusive)),
            "--at-least-one-of": tuple(frozenset[str]().union(*self.at_least_one_of)),
            "--optional-deps": self.optional_deps or (),
        }
        for option, names in {**asked, "--exclude-features": self.exclude}.items():
            for name in sorted(set(names) - known - {DEFAULT}):
                if not self.ignores_unknown:
                    near = nearest(name, known)
                    hint = f"did you mean {near!r}?" if near else f"{option} without it, or --ignore-unknown-features"
                    raise UsageError(f"{option}: no selected package has a feature {name!r}", hint=hint)
        for option, names in asked.items():
            both = sorted(set(names) & set(self.exclude))
            if both and option != "--at-least-one-of":
                raise UsageError(f"feature {both[0]!r} is both in {option} and in --exclude-features", hint="leave it out of one of them")
        if not self.ignores_unknown:
            self._check_each(members)

    def _check_each(self, packages: Iterable[Package]) -> None:
        """Refuse a feature that one of the packages lacks where it would be selected there."""
        for package in packages:
            for option, names in (("--include-features", self.include), ("--group-features", frozenset[str]().union(*self.groups))):
                missing = sorted(set(names) - package.features.keys())
                if missing:
                    raise UsageError(
                        f"{option}: package {package.name!r} has no feature {missing[0]!r}",
                        hint="-p PACKAGE for one that has it, or --ignore-unknown-features",
                    )


def _declared(package: Package, manifests: Manifests) -> tuple[str, ...]:
    """Return the features that the manifest itself declares, without those that stand for optional dependencies."""
    return tuple(name for name in package.features if manifests.declares_feature(package, name))
