"""Check the names in a configuration against the workspace and the compilation targets that there are."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from buildkit.cargo.metadata import Package, Workspace
from buildkit.config.check import Problem, nearest
from buildkit.config.document import configuration_error
from buildkit.config.schema import PackageTable, PackageTargetTable
from buildkit.config.settings import Origin, Settings
from buildkit.errors import UsageError
from buildkit.model import NO_FEATURES, CompilationTarget
from buildkit.records import dataclass

EMBEDDED_FAMILY: Final = "embedded"
"""What `extends` may name beside a target."""

_GLOB: Final = re.compile(r"[*?\[]")


def validate(settings: Settings, workspace: Workspace, targets: Mapping[str, CompilationTarget]) -> None:
    """Refuse packages, features and targets that do not exist.

    A denied crate need not be in the graph, and a glob need not match. Raises `ConfigurationError` that names every problem of the file
    with its line, and `UsageError` for a wrong name from the environment or the command line.
    """
    names = _Names(settings=settings, workspace=workspace, targets=frozenset(targets))
    problems = tuple(names.problems())
    if not problems:
        return
    if settings.document is None or _is_from_outside(settings, problems[0]):
        place = settings.explain("workspace.targets")[0].place
        suggestion = problems[0].suggestion
        raise UsageError(f"{place}: {problems[0].message}", hint=f"did you mean {suggestion!r}?" if suggestion else "buildkit targets")
    raise configuration_error(problems, shown=settings.document.shown, lines=settings.document.lines)


def _is_from_outside(settings: Settings, problem: Problem) -> bool:
    return problem.key.startswith("workspace.targets.") and settings.explain("workspace.targets")[0].origin is not Origin.FILE


@dataclass(frozen=True, kw_only=True)
class _Names:
    """The names that exist, and the settings whose names are compared with them."""

    settings: Settings
    workspace: Workspace
    targets: Collection[str]

    def problems(self) -> Iterator[Problem]:
        """Give every name that does not exist, those from outside the file first."""
        configuration = self.settings.configuration
        yield from self._targets(configuration.workspace.targets, "workspace.targets")
        for name, table in configuration.target.items():
            if table.extends is None:
                yield from self._target(name, f"target.{name}")
            elif table.extends != EMBEDDED_FAMILY:
                yield from self._target(table.extends, f"target.{name}.extends", more=(EMBEDDED_FAMILY,))
        for name, package in configuration.package.items():
            yield from self._package(name, package)
        for index, expectation in enumerate(configuration.expect):
            yield from self._cell(expectation.cell, f"expect.{index}.cell")

    def _targets(self, names: Iterable[str], key: str) -> Iterator[Problem]:
        for index, name in enumerate(names):
            yield from self._target(name, f"{key}.{index}")

    def _target(self, name: str, key: str, *, more: Iterable[str] = ()) -> Iterator[Problem]:
        made = {made for made, table in self.settings.configuration.target.items() if table.extends is not None}
        known = made | set(self.targets) | set(more)
        if name not in known:
            yield Problem(key=key, message=f"unknown target {name!r}", suggestion=nearest(name, sorted(known)))

    def _package(self, name: str, table: PackageTable) -> Iterator[Problem]:
        key = f"package.{name}"
        yield from self._targets(table.targets or (), f"{key}.targets")
        for target in table.target:
            yield from self._target(target, f"{key}.target.{target}")
        member = self.workspace.members_by_name.get(name)
        if member is None:
            yield self._unknown_package(name, key)
            return
        for groups, where in ((table.exclusive, "exclusive"), (table.at_least_one_of, "at-least-one-of")):
            for index, group in enumerate(groups):
                yield from unknown_features(member, group, f"{key}.{where}.{index}")
        for target, here in table.target.items():
            yield from _selected(member, here, f"{key}.target.{target}")

    def _unknown_package(self, name: str, key: str) -> Problem:
        return Problem(key=key, message=f"unknown package {name!r}", suggestion=nearest(name, self.workspace.members_by_name))

    def _cell(self, cell: str, key: str) -> Iterator[Problem]:
        """Compare the parts of a cell id that are written out."""
        package, _, rest = cell.partition("/")
        target, _, features = rest.partition("/")
        member = self.workspace.members_by_name.get(package)
        if member is None and not _GLOB.search(package):
            yield self._unknown_package(package, key)
        if target and not _GLOB.search(target):
            yield from self._target(target, key)
        if member is not None and features not in ("", NO_FEATURES) and not _GLOB.search(features):
            yield from (
                Problem(key=key, message=found.message, suggestion=found.suggestion)
                for found in unknown_features(member, features.split(","), key)
            )


def _selected(member: Package, here: PackageTargetTable, key: str) -> Iterator[Problem]:
    yield from unknown_features(member, here.features or (), f"{key}.features")
    if not isinstance(here.extra, str):
        yield from unknown_features(member, here.extra, f"{key}.extra")


def unknown_features(member: Package, features: Iterable[str], key: str) -> Iterator[Problem]:
    """Give the features that a package does not have; `dependency/feature` needs a dependency of that name in its manifest."""
    dependencies = {dependency.key for dependency in member.dependencies}
    for index, feature in enumerate(features):
        head, slash, tail = feature.partition("/")
        name = head.removesuffix("?")
        known = dependencies if slash else member.features.keys()
        if name not in known:
            near = nearest(name, sorted(known))
            message = f"unknown feature {feature!r} of package {member.name!r}"
            yield Problem(key=f"{key}.{index}", message=message, suggestion=f"{near}{slash}{tail}" if near else None)
