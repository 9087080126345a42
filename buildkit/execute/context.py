"""What executing a plan needs: the workspace, the toolchains, and how to start processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from buildkit.cargo.calls import CargoCalls, CargoOptions, CargoSelection
from buildkit.cargo.manifest import Manifests
from buildkit.cargo.metadata import Workspace
from buildkit.config.schema import Configuration
from buildkit.events import Emit
from buildkit.model import Cell
from buildkit.plan.model import Subject
from buildkit.process import Runner
from buildkit.toolchain.model import Supply


@dataclass(frozen=True, kw_only=True)
class TargetSupply:
    """A supply, and the environment patch that cargo gets for it."""

    supply: Supply
    env: Mapping[str, str | None]


@dataclass(frozen=True, kw_only=True)
class Context:
    """Everything that the stages share. `supplies` are by the name of the compilation target; `jobs` graphs are computed side by side."""

    workspace: Workspace
    configuration: Configuration
    manifests: Manifests
    supplies: Mapping[str, TargetSupply]
    options: CargoOptions
    processes: Runner
    emit: Emit
    jobs: int
    cache: Path

    def calls(self, subject: Subject, *, profile: str = "dev") -> CargoCalls:
        """Return the commands of cargo for a subject's target."""
        provided = self.supplies[subject.target.name]
        return CargoCalls(
            cargo=provided.supply.toolchain.cargo,
            workspace=self.workspace,
            options=replace(self.options, profile=profile),
            env={**subject.target.env, **provided.env},
        )

    def triple(self, subject: Subject) -> str:
        """Return the target triple of a subject on this machine."""
        return self.supplies[subject.target.name].supply.triple

    def selection(self, subject: Subject, cell: Cell) -> CargoSelection:
        """Return a cell as cargo is told of it."""
        spec = subject.target.target_spec
        return CargoSelection(
            package=subject.package,
            triple=self.triple(subject) if spec is None else str(spec),
            features=cell.features,
            profile_overrides=subject.target.cargo_profile,
        )
