"""Which features of a package a selection switches on in the package itself."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from buildkit.records import dataclass

FeatureTable = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Clauses:
    """What a selection may be: of each exclusive group at most one feature is enabled, of each other group at least one."""

    exclusive: tuple[frozenset[str], ...] = ()
    at_least_one_of: tuple[frozenset[str], ...] = ()

    def clashes(self, enabled: frozenset[str]) -> tuple[frozenset[str], ...]:
        """Return the enabled members of each exclusive group that has more than one."""
        return tuple(both for group in self.exclusive if len(both := group & enabled) > 1)

    def gaps(self, enabled: frozenset[str]) -> tuple[frozenset[str], ...]:
        """Return the groups of which nothing is enabled."""
        return tuple(group for group in self.at_least_one_of if not group & enabled)

    def allow(self, enabled: frozenset[str]) -> bool:
        """Say whether a set of enabled features breaks no clause."""
        return not self.clashes(enabled) and not self.gaps(enabled)

    @property
    def named(self) -> frozenset[str]:
        """Return every feature that a clause names."""
        return frozenset[str]().union(*self.exclusive, *self.at_least_one_of)


def enabled_features(table: FeatureTable, selection: Iterable[str], doubtful: Container[str] = ()) -> frozenset[str]:
    """Close a selection over the package's own feature table; `x/f` enables the feature `x` where there is one, `x?/f` never does.

    `doubtful` are the keys of dependencies that may be absent on a target: there `x/f` enables nothing, and it is not followed.
    """
    enabled: set[str] = set()
    waiting = [feature for feature in selection if feature in table]
    while waiting:
        feature = waiting.pop()
        if feature in enabled:
            continue
        enabled.add(feature)
        for value in table[feature]:
            name, slash, _ = value.partition("/")
            if name in table and not value.startswith("dep:") and not (slash and name in doubtful):
                waiting.append(name)
    return frozenset(enabled)
