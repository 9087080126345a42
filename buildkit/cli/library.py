"""Which libraries a command line asks for, with the compilers that they need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from buildkit.cargo.metadata import Package
from buildkit.cli.execution import Provision
from buildkit.cli.matrix import open_matrix
from buildkit.cli.session import Session
from buildkit.config.schema import WorkflowTable
from buildkit.errors import UsageError
from buildkit.events import Emit
from buildkit.model import CompilationTarget
from buildkit.plan.cells import Matrix
from buildkit.process import Runner
from buildkit.records import dataclass
from buildkit.toolchain.model import StdNeed, Supply
from buildkit.toolchain.rust_version import newest
from buildkit.workflow.library.request import LibraryRequest


@dataclass(frozen=True, kw_only=True)
class Libraries:
    """The libraries of a session's workspace: of its package `[workflow] library`, one for each target."""

    session: Session
    processes: Runner
    emit: Emit

    def requests(self, names: Sequence[str] = (), *, extra: Sequence[str] = ()) -> Mapping[str, LibraryRequest]:
        """Return what is asked for, by the names of targets; without names, for all of the workspace that the package serves.

        `extra` are features beside the one that the target is served by. What the targets need is made available. Raises `UsageError` for
        an unknown target, package or feature, and `ToolchainError`.
        """
        targets = {name: self._served(name) for name in dict.fromkeys(names)} or self._all()
        if not targets:
            return {}
        supplies = self.supplies(targets)
        context = self._provision.furnished(self._matrix, supplies)
        return {
            name: LibraryRequest(
                context=context,
                subject=self._matrix.subject(self.package, target),
                features=tuple(sorted({target.stdlib_feature, *(self._known(feature) for feature in extra)})),
            )
            for name, target in targets.items()
        }

    def supplies(self, targets: Mapping[str, CompilationTarget]) -> Mapping[str, Supply]:
        """Return what targets are compiled with, made available first."""
        rust_version = newest(member.rust_version for member in self._matrix.workspace.members)
        return self._provision.supplies(StdNeed.BUILD, targets, rust_version)

    def supply(self, name: str) -> Supply:
        """Return what a target is compiled with, by its name."""
        return self.supplies({name: self.session.targets.named(name)})[name]

    @cached_property
    def package(self) -> Package:
        """Return the library's package; raises `UsageError` where the workspace has none of the name."""
        name = self.session.settings.configuration.workflow.library
        package = self._matrix.workspace.members_by_name.get(name)
        if package is None:
            is_default = name == WorkflowTable().library
            hint = f'[workflow] library = "PACKAGE" in buildkit.toml{"; or -C DIR" if is_default else ""}'
            raise UsageError(f"the workspace {self._matrix.workspace.root} has no package {name!r}, which workflows link", hint=hint)
        return package

    @cached_property
    def _provision(self) -> Provision:
        return Provision(session=self.session, processes=self.processes, emit=self.emit)

    @cached_property
    def _matrix(self) -> Matrix:
        return open_matrix(self.session, self._provision.reading_toolchain(), processes=self.processes)

    def _all(self) -> Mapping[str, CompilationTarget]:
        targets = self.session.targets
        known = {name: targets.named(name) for name in self.session.settings.configuration.workspace.targets}
        return {name: target for name, target in known.items() if target.stdlib_feature in self.package.features}

    def _served(self, name: str) -> CompilationTarget:
        target = self.session.targets.named(name)
        self._known(target.stdlib_feature)
        return target

    def _known(self, feature: str) -> str:
        if feature not in self.package.features:
            raise UsageError(
                f"the package {self.package.name!r} has no feature {feature!r}",
                hint=f"{feature} = [] below [features] in {self.package.manifest_path}",
            )
        return feature
