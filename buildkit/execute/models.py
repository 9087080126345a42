"""The feature engine's model of a workspace for each target, built when it is first asked for."""

from __future__ import annotations

from dataclasses import field
from functools import cached_property
from pathlib import Path

from buildkit.cargo.cfg import CfgSet
from buildkit.cargo.metadata import Workspace
from buildkit.errors import ToolchainError
from buildkit.features.declarations import Machine, Setting
from buildkit.features.links import Links, link
from buildkit.features.model import Model
from buildkit.process import Command, Runner
from buildkit.records import dataclass


@dataclass(frozen=True, kw_only=True)
class Platform:
    """A compiler and what it compiles for: a triple, with `spec` the file that specifies it, and the flags that rustc gets for it."""

    rustc: Path
    host: str
    triple: str
    spec: Path | None = None
    rustflags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Models:
    """The models of a workspace; rustc is asked once for the cfg of each triple with its flags."""

    workspace: Workspace
    processes: Runner
    _machines: dict[tuple[str, ...], Machine] = field(default_factory=dict)
    _models: dict[tuple[Machine, Machine, bool], Model] = field(default_factory=dict)

    @cached_property
    def links(self) -> Links:
        """Return the linked packages of the workspace."""
        return link(self.workspace)

    def model(self, platform: Platform, *, tests: bool = False) -> Model:
        """Return the model of calls for one target, any members selected; raises `ToolchainError` where rustc does not know it."""
        target = self._machine(platform)
        # With --target, cargo keeps the flags from what is built for the host.
        host = self._machine(Platform(rustc=platform.rustc, host=platform.host, triple=platform.host))
        model = self._models.get((host, target, tests))
        if model is None:
            setting = Setting(host=host, targets=(target,), tests=tests)
            model = self._models[host, target, tests] = Model(self.links, self.links.members, setting)
        return model

    def _machine(self, platform: Platform) -> Machine:
        named = platform.triple if platform.spec is None else str(platform.spec)
        argv = (str(platform.rustc), "--print", "cfg", "--target", named, *platform.rustflags)
        known = self._machines.get(argv)
        if known is None:
            known = self._machines[argv] = self._ask(argv, platform)
        return known

    def _ask(self, argv: tuple[str, ...], platform: Platform) -> Machine:
        triple = platform.triple if platform.spec is None else platform.spec.stem
        # A specification file is unstable for rustc. For a triple, what is unstable must not show: cargo does not see it either.
        unstable = {"RUSTC_BOOTSTRAP": "1"} if platform.spec is not None else {}
        flags = ("-Zunstable-options",) if platform.spec is not None else ()
        command = Command(argv=(*argv, *flags), cwd=self.workspace.root, env={"RUSTUP_TOOLCHAIN": None, **unstable})
        done = self.processes.run(command)
        if not done.succeeded:
            reason = done.stderr.strip().splitlines()
            raise ToolchainError(
                f"rustc does not know the target {triple!r}: {reason[0] if reason else done.ending}", hint="rustc --print target-list"
            )
        return Machine(triple=triple, cfg=CfgSet.parse(done.stdout))
