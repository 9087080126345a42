"""Propose a configuration from what a workspace shows: text with comments that say why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import tomlkit
from tomlkit.items import Table

from buildkit.cargo.metadata import Package, Workspace
from buildkit.config.render import inline_item
from buildkit.config.schema import BUNDLED_DEFAULT, FILE_NAME
from buildkit.model import CompilationTarget
from buildkit.records import dataclass

NEEDS_AN_OPERATING_SYSTEM: Final = MappingProxyType(
    {
        "ctrlc": "there are no signals",
        "fs2": "there are no file locks",
        "fs4": "there are no file locks",
        "inotify": "nothing watches files",
        "libloading": "there are no shared libraries to load",
        "memmap2": "files cannot be mapped into memory",
        "notify": "nothing watches files",
        "rustls-native-certs": "there is no store of certificates",
        "signal-hook": "there are no signals",
        "sysinfo": "there are no processes to look at",
        "tempfile": "there is no temporary folder",
    }
)
"""Crates that compile for some wasm hosts and cannot work on any, with the reason."""

WITHOUT_AN_OPERATING_SYSTEM: Final = frozenset({"wasi", "wasm-js"})
"""The `stdlib_feature`s of the targets that the denials above are proposed for."""


def propose(workspace: Workspace, targets: Mapping[str, CompilationTarget]) -> str:
    """Return a valid `buildkit.toml` for a workspace; it says what holds without it as well, so that it can be changed."""
    proposal = _Proposal(workspace=workspace, targets=targets)
    document = tomlkit.document()
    document.add(tomlkit.comment(f"{FILE_NAME}, proposed by `buildkit init`. `buildkit config` shows what is in effect, and from where."))
    document.add(tomlkit.nl())
    document.add("workspace", proposal.workspace_table())
    for key, tables in (("target", proposal.target_tables()), ("package", proposal.package_tables())):
        if tables:
            parent = tomlkit.table(is_super_table=True)
            for name, table in tables.items():
                parent.append(name, table)
            document.add(key, parent)
    return tomlkit.dumps(document)


@dataclass(frozen=True, kw_only=True)
class _Proposal:
    """A workspace and the targets that it may be for."""

    workspace: Workspace
    targets: Mapping[str, CompilationTarget]

    @property
    def chosen(self) -> tuple[str, ...]:
        """Return the targets to cover: the default ones, and those whose feature a member has and no default target."""
        default = [name for name in BUNDLED_DEFAULT if name in self.targets]
        covered = {self.targets[name].stdlib_feature for name in default}
        used = {feature for package in self.workspace.members for feature in package.features}
        more = [name for name, target in self.targets.items() if target.stdlib_feature in used - covered]
        return (*default, *more)

    @property
    def stdlib_features(self) -> frozenset[str]:
        """Return the features by which packages say which targets they are for."""
        return frozenset(target.stdlib_feature for target in self.targets.values())

    def workspace_table(self) -> Table:
        """Return `[workspace]`, and name the members that get no table of their own."""
        table = tomlkit.table()
        _explain(table, ["What a plain `buildkit check` covers; `buildkit targets` lists all targets."])
        table.append("targets", inline_item(list(self.chosen)))
        plain = [package.name for package in self.workspace.members if not self._own_features(package)]
        if plain:
            _explain(
                table,
                ["Without the feature of any target, and so checked with their default features everywhere:", *_wrapped(plain)],
            )
        return table

    def target_tables(self) -> dict[str, Table]:
        """Return a table for each target on which a crate of the graph cannot work, though the target does not deny it yet."""
        tables = {}
        present = {package.name for package in self.workspace.packages.values()}
        for name in self.chosen:
            target = self.targets[name]
            denied = {denial.crate for denial in target.denies}
            unfit = sorted(NEEDS_AN_OPERATING_SYSTEM.keys() & present - denied)
            if unfit and target.stdlib_feature in WITHOUT_AN_OPERATING_SYSTEM:
                tables[name] = self._denials(unfit)
        return tables

    def package_tables(self) -> dict[str, Table]:
        """Return a table for each member with the feature of a target."""
        return {package.name: self._package(package) for package in self.workspace.members if self._own_features(package)}

    def _own_features(self, package: Package) -> tuple[str, ...]:
        return tuple(feature for feature in package.features if feature in self.stdlib_features)

    def _denials(self, crates: Sequence[str]) -> Table:
        table = tomlkit.table()
        denials = tomlkit.array()
        for crate in crates:
            _explain(table, [f"{crate} is in the graph by way of {', '.join(self._dependents(crate))}."])
            denials.append(inline_item({"crate": crate, "reason": NEEDS_AN_OPERATING_SYSTEM[crate]}))
        table.append("deny", denials.multiline(multiline=len(crates) > 1))
        return table

    def _dependents(self, crate: str) -> Sequence[str]:
        packages = self.workspace.packages
        return sorted(
            {packages[user].name for user, edges in self.workspace.edges.items() for edge in edges if packages[edge.pkg].name == crate}
        )

    def _package(self, package: Package) -> Table:
        own = self._own_features(package)
        served = [name for name in self.chosen if self.targets[name].stdlib_feature in own]
        table = tomlkit.table(is_super_table=not self._own_keys(package, served))
        for key, (reason, value) in self._own_keys(package, served).items():
            _explain(table, [reason])
            table.append(key, inline_item(value))
        here = tomlkit.table(is_super_table=True)
        for name in served:
            here.append(name, self._package_target(package, self.targets[name].stdlib_feature))
        if served:
            table.append("target", here)
        return table

    def _own_keys(self, package: Package, served: Sequence[str]) -> dict[str, tuple[str, object]]:
        own = self._own_features(package)
        keys: dict[str, tuple[str, object]] = {}
        if len(served) < len(self.chosen):
            keys["targets"] = ("It has no feature for the other targets.", list(served))
        if len(own) > 1 and not _enable_each_other(package, own):
            keys["exclusive"] = ("A guess: these are features of different targets, so one at a time.", [list(own)])
        return keys

    def _package_target(self, package: Package, feature: str) -> Table:
        table = tomlkit.table()
        table.append("features", inline_item([feature]))
        others = [name for name in package.features if name not in (*self._own_features(package), "default") and not name.startswith("_")]
        if others:
            table.add(tomlkit.comment(f"extra = {inline_item(others).as_string()}  # may be added here: then no subset of it may leak"))
        return table


def _enable_each_other(package: Package, features: Iterable[str]) -> bool:
    """Say whether one of the features switches on another of them, which exclusive features cannot."""
    group = frozenset(features)
    return any((_enabled(package, feature) - {feature}) & group for feature in group)


def _enabled(package: Package, feature: str) -> frozenset[str]:
    seen: set[str] = set()
    pending = [feature]
    while pending:
        name = pending.pop()
        if name not in seen and name in package.features:
            seen.add(name)
            pending.extend(package.features[name])
    return frozenset(seen)


def _explain(table: Table, lines: Iterable[str]) -> None:
    for line in lines:
        table.add(tomlkit.comment(line))


def _wrapped(names: Sequence[str], *, at_once: int = 6) -> Sequence[str]:
    return [", ".join(names[start : start + at_once]) for start in range(0, len(names), at_once)]
