"""Questions to the verdict cache about a workspace that lies on disk, without any process."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
from linked import LINUX, needs, resolved
from toolchain_fakes import HOST, NATIVE, FakeRunner, ignore, toolchain_of
from workspaces import package

from buildkit.cargo.calls import CargoOptions
from buildkit.cargo.manifest import Manifests
from buildkit.cargo.metadata import CargoTarget, DependencyUse, Package, ResolvedDependency, Workspace
from buildkit.cargo.resolver import ResolverVersion
from buildkit.config.schema import Configuration
from buildkit.execute.context import Context, TargetSupply
from buildkit.execute.graphs import Graph
from buildkit.execute.outcome import StageOutcome
from buildkit.execute.verdict_cache import VerdictCache
from buildkit.execute.verdict_model import CheckQuestion
from buildkit.execute.verdict_question import question_for
from buildkit.execute.work import Work
from buildkit.features.links import Links, link
from buildkit.model import Cell, Stage, StageResult, Verdict
from buildkit.plan.model import Origin, PlannedCell, Subject
from buildkit.toolchain.model import StdProvider, Supply

LOCK = 'version = 4\n\n[[package]]\nname = "app"\nversion = "0.1.0"\n\n[[package]]\nname = "near"\nversion = "0.1.0"\n'
OLD = 1_600_000_000.5


@dataclass(frozen=True, kw_only=True)
class Place:
    """A workspace with the member `app`, and the package `near` beside the workspace that it needs."""

    root: Path
    store: Path
    supply: Supply = field(
        default_factory=lambda: Supply(
            toolchain=toolchain_of(Path("/tc/bin/rustc")), target=NATIVE, triple=HOST, provider=StdProvider.SHIPPED
        )
    )
    env: Mapping[str, str | None] = field(default_factory=dict)
    features: tuple[str, ...] = ()
    has_build_script: bool = False
    options: CargoOptions = field(default_factory=CargoOptions)

    def write(self, name: str, text: str, *, at: float = OLD) -> Path:
        """Write a file, relative to the workspace, as if it had been written at a time."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        os.utime(path, (at, at))
        return path

    def fill(self) -> Place:
        """Write the files of the workspace."""
        self.write("Cargo.toml", '[workspace]\nmembers = ["app"]\n')
        self.write("Cargo.lock", LOCK)
        self.write("app/Cargo.toml", "[package]\nname = 'app'\n")
        self.write("../near/Cargo.toml", "[package]\nname = 'near'\n")
        return self

    @property
    def links(self) -> Links:
        """Return the packages."""
        app = self._package("app", self.root / "app", {"fast": ()})
        script = CargoTarget(
            name="build-script-build", kind=("custom-build",), crate_types=("bin",), src_path=self.root / "app" / "build.rs"
        )
        targets = (*app.targets, *((script,) if self.has_build_script else ()))
        app = msgspec.structs.replace(app, dependencies=(needs("near"),), targets=targets)
        near = self._package("near", self.root.parent / "near", {})
        edge = ResolvedDependency(name="near", pkg=near.id, dep_kinds=(DependencyUse(),))
        return link(
            Workspace(
                root=self.root,
                target_directory=self.root / "target",
                members=(app,),
                packages={app.id: app, near.id: near},
                edges={app.id: (edge,), near.id: ()},
                resolver=ResolverVersion.TWO,
            )
        )

    @property
    def context(self) -> Context:
        """Return the context of a new run, whose processes all fail."""
        return Context(
            workspace=self.links.workspace,
            configuration=Configuration(),
            manifests=Manifests(root=self.root),
            supplies={"native": TargetSupply(supply=self.supply, env=self.env)},
            options=self.options,
            processes=FakeRunner(),
            emit=ignore,
            jobs=1,
            cache=self.store,
            verdicts=self.cache,
        )

    @property
    def cache(self) -> VerdictCache:
        """Return the cache as a new run opens it."""
        return VerdictCache(folder=self.store / "verdicts")

    def work(self, context: Context) -> Work:
        """Return the cell."""
        cell = Cell(package="app", target="native", features=self.features)
        subject = Subject(package=context.workspace.members_by_name["app"], target=NATIVE)
        graph = Graph(resolution=resolved(self.links, "app", *self.features, target=LINUX), problem=None, seconds=0.0)
        return Work(planned=PlannedCell(cell=cell, subject=subject, origin=Origin.CONFIGURED), graph=graph)

    def ask(self, *words: str) -> CheckQuestion:
        """Return the question of a new run, with further words for cargo."""
        context = self.context
        work = self.work(context)
        command = context.check_command(work.planned)
        question = question_for(context, work, replace(command, argv=(*command.argv, *words)))
        assert question is not None
        return question

    @staticmethod
    def _package(name: str, folder: Path, features: Mapping[str, tuple[str, ...]]) -> Package:
        made = package(name, features)
        target = msgspec.structs.replace(made.targets[0], src_path=folder / "src" / "lib.rs")
        return msgspec.structs.replace(
            made, id=f"path+file://{folder}#{name}@0.1.0", manifest_path=folder / "Cargo.toml", targets=(target,)
        )


def ended(verdict: Verdict, diagnostics: str = "") -> StageOutcome:
    """Return what a check came to."""
    return StageOutcome(result=StageResult(stage=Stage.CHECK, verdict=verdict, seconds=1.5, diagnostics=diagnostics))
