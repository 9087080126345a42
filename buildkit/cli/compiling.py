"""What `buildkit compile` was asked for, and how that is carried out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from buildkit.cargo.manifest import Manifests
from buildkit.cli.library import Libraries
from buildkit.cli.session import Session
from buildkit.errors import UsageError
from buildkit.events import Emit
from buildkit.model import CompilationTarget
from buildkit.process import Runner
from buildkit.records import dataclass
from buildkit.reports.compiled import Result
from buildkit.workflow.agents import Platform
from buildkit.workflow.code.model import Transport
from buildkit.workflow.code.source import source_of
from buildkit.workflow.compiling.call import Compiler, compiler_for
from buildkit.workflow.compiling.emitting import Emitted, require_own_folder, write_project
from buildkit.workflow.compiling.outputs import artifact_file, require_free
from buildkit.workflow.compiling.pipeline import Compiled, Job, Refused, compile_scenario
from buildkit.workflow.compiling.project import LibraryPackage, Project
from buildkit.workflow.judge import Judgement, accepted
from buildkit.workflow.library.build import find_or_build
from buildkit.workflow.library.request import LibraryRequest
from buildkit.workflow.model import Scenario
from buildkit.workflow.support import platform_of

HOST_FEATURE = "host-functions"
"""The feature of the library by which programs ask their host for checkpoints."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """A scenario without a fault, the targets that it was judged for, and what is to be made of it.

    With `project`, the folder of a cargo project, nothing is compiled.
    """

    session: Session
    file: Path
    judgement: Judgement
    transport: Transport
    output: Path | None
    project: Path | None

    def require_sense(self) -> None:
        """Raise `UsageError` for what does not fit together, before anything is begun."""
        if not self.targets:
            self._refuse_no_target()
        if len(self.targets) > 1 and self.output is not None:
            raise UsageError(f"-o names one artifact, and there are {len(self.targets)} targets", hint="name one target, or leave -o out")
        if self.project is not None:
            self._require_project()
            return
        for artifact in self.artifacts.values():
            require_free(artifact, self.file)

    @cached_property
    def targets(self) -> Mapping[str, CompilationTarget]:
        """Return the targets by name; raises `UsageError` for one without the transport that was asked for."""
        targets = {name: self.session.targets[name] for name in self.judgement.targets}
        for name, target in targets.items():
            if self.transport is Transport.HOST and platform_of(target) is not Platform.WASI:
                raise UsageError(f"only a WASI host gives functions to a scenario, and {name} is none", hint="--transport http")
        return targets

    @cached_property
    def artifacts(self) -> Mapping[str, Path]:
        """Return where the artifact for each target goes."""
        alone = len(self.targets) == 1
        return {name: self.output or artifact_file(self.file, target, alone=alone) for name, target in self.targets.items()}

    def results(self, *, processes: Runner, emit: Emit) -> Iterator[Result]:
        """Carry it out for each target; what one target refuses is a result, and the others go on."""
        libraries = Libraries(session=self.session, processes=processes, emit=emit)
        extra = (HOST_FEATURE,) if self.transport is Transport.HOST else ()
        scenario = accepted(self.judgement)
        for request in libraries.requests(tuple(self.targets), extra=extra).values():
            compiler = compiler_for(
                request.provided.supply, environment=self.session.environment, root=self.session.settings.root, processes=processes
            )
            if self.project is None:
                yield self._compiled(scenario, request, compiler)
            else:
                yield self._emitted(scenario, request, compiler, self.project.absolute())

    def _compiled(self, scenario: Scenario, request: LibraryRequest, compiler: Compiler) -> Compiled | Refused:
        name = request.subject.target.name
        job = Job(
            document=self.judgement.document,
            scenario=scenario,
            transport=self.transport,
            compiler=compiler,
            library=find_or_build(request),
            artifact=self.artifacts[name],
        )
        return compile_scenario(job, processes=request.context.processes)

    def _emitted(self, scenario: Scenario, request: LibraryRequest, compiler: Compiler, folder: Path) -> Emitted:
        package, root = request.subject.package, request.context.workspace.root
        library = LibraryPackage(
            name=package.name,
            folder=package.manifest_path.parent,
            root=root,
            features=request.features,
            patches=Manifests(root=root).read(root / "Cargo.toml").values.get("patch", {}),
        )
        project = Project(
            stem=self.file.stem,
            text=source_of(scenario, platform_of(request.subject.target), self.transport).text,
            compiler=compiler,
            library=library,
            folder=folder,
        )
        offline = self.session.settings.configuration.toolchain.offline
        return write_project(project, env=request.provided.env, offline=offline, processes=request.context.processes)

    def _refuse_no_target(self) -> None:
        fits = self.judgement.fits
        works = f"all its agents work on {', '.join(fits)}" if fits else "no target here has all its agents"
        hint = f"buildkit compile {self.judgement.document.shown} -t {fits[0]}" if fits else "buildkit targets"
        raise UsageError(f"no target is named for {self.judgement.document.shown}: {works}", hint=hint)

    def _require_project(self) -> None:
        if len(self.targets) > 1 or self.output is not None:
            raise UsageError(
                "--emit-source writes a project for one target, and no artifact", hint="--emit-source DIR -t TARGET, without -o"
            )
        if self.project is not None:
            require_own_folder(self.project)
